import { describe, expect, it } from 'vitest'
import { ask, raw, RawClient } from './support/client.ts'
import { HOST, stageWith, type Stage } from './support/stage.ts'

const good = `GET /good HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`

/** A micro that says which requests reached it. */
async function witness(): Promise<{ readonly stage: Stage; readonly seen: string[] }> {
  const seen: string[] = []
  const stage = await stageWith((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => response.end('ok'))
  })
  return { stage, seen }
}

/** How many answers a connection got. */
function answers(text: string): number {
  return text.split(/HTTP\/1\.1 \d/).length - 1
}

const refused: Readonly<Record<string, { readonly bytes: string; readonly status: number }>> = {
  'Content-Length beside Transfer-Encoding': {
    bytes: `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG`,
    status: 400,
  },
  'Transfer-Encoding beside Content-Length': {
    bytes: `POST / HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n8\r\nSMUGGLED\r\n0\r\n\r\n`,
    status: 400,
  },
  'two Transfer-Encodings': {
    bytes: `POST / HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    status: 400,
  },
  'an unknown Transfer-Encoding': {
    bytes: `POST / HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    status: 400,
  },
  'a list of Transfer-Encodings': {
    bytes: `POST / HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    status: 400,
  },
  'Transfer-Encoding with a vertical tab': {
    bytes: `POST / HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`,
    status: 400,
  },
  'Transfer-Encoding in HTTP/1.0': {
    bytes: `POST / HTTP/1.0\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    status: 400,
  },
  'two different lengths': {
    bytes: `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`,
    status: 400,
  },
  'the same length twice': {
    bytes: `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc`,
    status: 400,
  },
  'a length with a sign': {
    bytes: `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: +3\r\n\r\nabc`,
    status: 400,
  },
  'a list of lengths': {
    bytes: `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 3, 3\r\n\r\nabc`,
    status: 400,
  },
  'bare line feeds': { bytes: `GET / HTTP/1.1\nHost: ${HOST}\n\n`, status: 400 },
  'a bare carriage return in a value': { bytes: `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX: a\rb\r\n\r\n`, status: 400 },
  'a folded field': { bytes: `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX: a\r\n b\r\n\r\n`, status: 400 },
  'a folded Transfer-Encoding': {
    bytes: `POST / HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`,
    status: 400,
  },
  'a space before the colon': { bytes: `GET / HTTP/1.1\r\nHost : ${HOST}\r\n\r\n`, status: 400 },
  'a NUL in a value': { bytes: `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX: a\0b\r\n\r\n`, status: 400 },
  'no Host': { bytes: 'GET / HTTP/1.1\r\n\r\n', status: 400 },
  'two Hosts': { bytes: `GET / HTTP/1.1\r\nHost: ${HOST}\r\nHost: other\r\n\r\n`, status: 400 },
  'the same Host twice': { bytes: `GET / HTTP/1.1\r\nHost: ${HOST}\r\nHost: ${HOST}\r\n\r\n`, status: 400 },
  'a Host with a path': { bytes: `GET / HTTP/1.1\r\nHost: ${HOST}/x\r\n\r\n`, status: 400 },
  'a Host with a user': { bytes: `GET / HTTP/1.1\r\nHost: a@${HOST}\r\n\r\n`, status: 400 },
  'an absolute target of another host': { bytes: `GET http://other/ HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, status: 400 },
  'an absolute target with a user': { bytes: `GET http://a@${HOST}/ HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, status: 400 },
  'another scheme': { bytes: `GET ftp://${HOST}/ HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, status: 400 },
  'an asterisk': { bytes: `OPTIONS * HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, status: 400 },
  'a fragment': { bytes: `GET /#a HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, status: 400 },
  TRACE: { bytes: `TRACE / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, status: 405 },
  CONNECT: { bytes: `CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, status: 405 },
  'HTTP/2.0 in words': { bytes: `GET / HTTP/2.0\r\nHost: ${HOST}\r\n\r\n`, status: 505 },
  'an unknown version': { bytes: `GET / HTTP/7.7\r\nHost: ${HOST}\r\n\r\n`, status: 400 },
  'no HTTP at all': { bytes: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', status: 400 },
  'a huge head': { bytes: `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, status: 431 },
  'very many fields': { bytes: `GET / HTTP/1.1\r\nHost: ${HOST}\r\n${'X: 1\r\n'.repeat(300)}\r\n`, status: 431 },
  'a length behind very many fields': {
    bytes: `POST / HTTP/1.1\r\nHost: ${HOST}\r\n${'X: 1\r\n'.repeat(2100)}Content-Length: 60\r\n\r\n`,
    status: 431,
  },
}

describe('a request that could mean two things', () => {
  for (const [name, { bytes, status }] of Object.entries(refused)) {
    it(`is refused once, and nothing behind it is served: ${name}`, async () => {
      const { stage, seen } = await witness()
      const text = await raw(stage, bytes + good)
      expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
      expect(text.toLowerCase()).toContain('connection: close')
      expect(answers(text)).toBe(1)
      expect(seen).toEqual([])
    })
  }

  it('takes an absolute target of the same host in origin form', async () => {
    const { stage, seen } = await witness()
    await raw(stage, `GET http://${HOST.toUpperCase()}:8080?q HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`)
    expect(seen).toEqual(['GET /?q'])
  })

  it('answers pipelined requests in order, and a broken one behind them last', async () => {
    let finish: () => void = () => undefined
    const arrived = Promise.withResolvers<void>()
    const stage = await stageWith((_request, response) => {
      finish = () => response.end('first')
      arrived.resolve()
    })
    const client = new RawClient(stage)
    client.socket.write(`GET /1 HTTP/1.1\r\nHost: ${HOST}\r\n\r\nBROKEN\r\n\r\n`)
    await arrived.promise
    await stage.engine.settled()
    expect(client.text).toBe('')
    finish()
    await client.sees('malformed')
    expect(client.text.indexOf('first')).toBeLessThan(client.text.indexOf('HTTP/1.1 400'))
  })

  it('breaks off at the micro when the chunks of a body are broken', async () => {
    const ended = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    const stage = await stageWith((request) => {
      request.once('data', () => arrived.resolve())
      request.once('close', () => ended.resolve())
    })
    const client = new RawClient(stage)
    client.socket.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`)
    await arrived.promise
    client.socket.write('zz\r\n')
    await client.sees('HTTP/1.1 400')
    await ended.promise
  })

  it('goes on serving others', async () => {
    const { stage } = await witness()
    for (const { bytes } of Object.values(refused)) await raw(stage, bytes)
    expect((await ask(stage)).status).toBe(200)
    expect(stage.log.filter((line) => line.includes('"error"'))).toEqual([])
  })
})

const replies: Readonly<Record<string, string>> = {
  'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  'length beside chunks': 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'no HTTP': 'hello\r\n\r\n',
  'a 101 that nobody asked for': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
  'a head without end': `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`,
  'too many fields': `HTTP/1.1 200 OK\r\n${'X: 1\r\n'.repeat(250)}Content-Length: 0\r\n\r\n`,
  'hints without end': 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(30),
  'a split field': 'HTTP/1.1 200 OK\r\nX: a\rInjected: 1\r\nContent-Length: 0\r\n\r\n',
}

describe('a micro that answers wrongly', () => {
  for (const [name, bytes] of Object.entries(replies)) {
    it(`gets its visitor a 502: ${name}`, async () => {
      const stage = await stageWith((_request, response) => response.end())
      const { socket } = await stage.serveRaw('d2', (client) => client.once('data', () => client.write(bytes)))
      stage.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
      await stage.engine.settled()
      const answer = await ask(stage)
      expect(answer.status).toBe(502)
      expect(answer.body).toContain('reply-invalid')
      expect(stage.engine.all('suspect')).toHaveLength(1)
    })
  }

  it('gets its visitor a 502 when it hangs up, and the engine hears of it', async () => {
    const stage = await stageWith((request) => request.socket.destroy())
    const answer = await ask(stage)
    expect(answer.status).toBe(502)
    expect(JSON.parse(answer.body)).toMatchObject({ error: 'crashed', request_id: answer.headers['x-request-id'] })
    expect(stage.engine.all('suspect')).toMatchObject([{ reason: 'broken' }])
  })

  it('cannot finish an answer that broke off', async () => {
    const stage = await stageWith((request, response) => {
      response.writeHead(200, { 'Content-Length': 100 })
      response.write('part', () => request.socket.destroy())
    })
    await expect(ask(stage)).rejects.toThrow()
    await stage.engine.hears('suspect')
    expect(stage.engine.all('suspect')).toMatchObject([{ reason: 'broken' }])
  })

  it.each(['HEAD', 'GET'])('may send a body where none belongs, and harms nobody: %s', async (method) => {
    const stage = await stageWith((_request, response) => response.end())
    const { socket } = await stage.serveRaw('d2', (client) => {
      client.on('data', () => {
        const head = method === 'HEAD' ? '200 OK\r\nContent-Length: 7' : '204 No Content'
        client.write(`HTTP/1.1 ${head}\r\n\r\nNOTHERE`)
      })
    })
    stage.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    await stage.engine.settled()
    for (let turn = 0; turn < 3; turn += 1) {
      const answer = await ask(stage, { method })
      expect(answer.body).toBe('')
      expect(answer.status).toBe(method === 'HEAD' ? 200 : 204)
    }
  })

  it('may send a body behind its answer to HEAD as late as it likes: nobody else gets to see it', async () => {
    const stage = await stageWith((_request, response) => response.end())
    const { socket } = await stage.serveRaw('d2', (client) => {
      let late = ''
      client.on('data', (data) => {
        client.write(`${late}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n`)
        if (String(data).startsWith('GET')) client.write('good')
        else late = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad'
      })
    })
    stage.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    await stage.engine.settled()
    expect((await ask(stage, { method: 'HEAD' })).status).toBe(200)
    expect((await ask(stage)).body).toBe('good')
  })
})
