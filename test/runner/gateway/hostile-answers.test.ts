import { Agent } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ask, raw } from './support/client.ts'
import { HOST, route, stageWith, type Stage } from './support/stage.ts'
import { statuses } from './support/witness.ts'

const NEIGHBOUR = 'neighbour.localhost'
const ok = 'HTTP/1.1 200 OK\r\n'
const whole = `${ok}Content-Length: 2\r\n\r\nok`
const smuggled = `${ok}Content-Length: 8\r\n\r\nSMUGGLED`

/** A micro that answers every request with these bytes, next to one that behaves. */
async function hostile(answerWith: (client: Socket) => void): Promise<Stage> {
  const stage = await stageWith((_request, response) => response.end())
  const { socket } = await stage.serveRaw('hostile', (client) => client.on('data', () => answerWith(client)))
  const good = await stage.serve('good', (_request, response) => response.end('well'))
  stage.engine.say({ type: 'route', route: route({ host: NEIGHBOUR, deploymentId: 'd9' }) })
  stage.engine.say({ type: 'awake', deploymentId: 'd9', sockets: [good.socket] })
  stage.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
  await stage.engine.settled()
  return stage
}

/** Writes for as long as the other side reads. */
function endless(client: Socket, piece: string | Buffer): void {
  const more = (): void => {
    while (!client.destroyed && client.write(piece));
  }
  client.on('drain', more)
  more()
}

/** What is no answer at all: 502 with our request id. */
const invalid: Readonly<Record<string, string | ((client: Socket) => void)>> = {
  '10 MB of headers': (client) => {
    client.write(ok)
    for (let sent = 0; sent < 10_000; sent += 1) client.write(`X${sent}: ${'a'.repeat(1000)}\r\n`)
    client.write('\r\n')
  },
  'headers without end': (client) => {
    client.write(ok)
    endless(client, `X: ${'a'.repeat(1000)}\r\n`)
  },
  'a header without end': (client) => {
    client.write(`${ok}X: `)
    endless(client, 'a'.repeat(10_000))
  },
  'length beside chunks': `${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
  'chunks beside length': `${ok}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
  'two lengths': `${ok}Content-Length: 2\r\nContent-Length: 40\r\n\r\nok`,
  'the same length twice': `${ok}Content-Length: 2\r\nContent-Length: 2\r\n\r\nok`,
  'a length in words': `${ok}Content-Length: two\r\n\r\nok`,
  'a length with a sign': `${ok}Content-Length: +2\r\n\r\nok`,
  'a negative length': `${ok}Content-Length: -2\r\n\r\nok`,
  'a length that no number holds': `${ok}Content-Length: ${'9'.repeat(30)}\r\n\r\nok`,
  'another coding than chunks': `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
  'a coding that nobody knows': `${ok}Transfer-Encoding: cow\r\n\r\nok`,
  '101 without an upgrade':
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nSMUGGLED',
  '101 without any field': 'HTTP/1.1 101 Switching Protocols\r\n\r\nSMUGGLED',
  'a bare carriage return in a field': `${ok}X: a\rSet-Cookie: SMUGGLED\r\nContent-Length: 0\r\n\r\n`,
  'a NUL in a field': `${ok}X: a\0b\r\nContent-Length: 0\r\n\r\n`,
  'a field without a colon': `${ok}Nonsense\r\nContent-Length: 0\r\n\r\n`,
  'a field name with a space': `${ok}X Y: 1\r\nContent-Length: 0\r\n\r\n`,
  'a folded field': `${ok}X: a\r\n b\r\nContent-Length: 0\r\n\r\n`,
  'status 999': 'HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n',
  'status 600': 'HTTP/1.1 600 No\r\nContent-Length: 0\r\n\r\n',
  'status 099': 'HTTP/1.1 099 No\r\nContent-Length: 0\r\n\r\n',
  'status 000': 'HTTP/1.1 000 No\r\nContent-Length: 0\r\n\r\n',
  'status 20': 'HTTP/1.1 20 No\r\nContent-Length: 0\r\n\r\n',
  'status in words': 'HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n',
  'endless 100 Continue': (client) => endless(client, 'HTTP/1.1 100 Continue\r\n\r\n'),
  'endless 103 Early Hints': (client) => endless(client, 'HTTP/1.1 103 Early Hints\r\nX: 1\r\n\r\n'),
  'endless 102 Processing': (client) => endless(client, 'HTTP/1.1 102 Processing\r\n\r\n'),
  garbage: (client) => void client.write(Buffer.from(Array.from({ length: 2000 }, (_, at) => (at * 89 + 128) % 256))),
  'garbage without end': (client) => endless(client, Buffer.alloc(65_536, 0xfe)),
  'a request': `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`,
  TLS: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'another protocol': 'ICY 200 OK\r\nContent-Length: 0\r\n\r\n',
  'a version that nobody speaks': 'HTTP/7.7 200 OK\r\nContent-Length: 0\r\n\r\n',
  'nothing, and the end': (client) => void client.end(),
  'the end within the status line': (client) => void client.end('HTTP/1.1 20'),
  'the end within the head': (client) => void client.end(`${ok}Content-Le`),
  'a sudden end': (client) => void client.destroy(),
}

/** What begins well: the client sees that it is broken off. */
const broken: Readonly<Record<string, string | ((client: Socket) => void)>> = {
  'the end before the announced length': (client) => void client.end(`${ok}Content-Length: 100\r\n\r\nok`),
  'the end within a chunk': (client) => void client.end(`${ok}Transfer-Encoding: chunked\r\n\r\n64\r\nok`),
  'the end before the last chunk': (client) => void client.end(`${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n`),
  'a chunk without a length': `${ok}Transfer-Encoding: chunked\r\n\r\nxx\r\nok\r\n0\r\n\r\n`,
  'a chunk longer than its length': `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\nok\r\n0\r\n\r\n`,
  'a chunk whose length no number holds': `${ok}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(17)}\r\nok`,
  'a chunk extension without end': (client) => {
    client.write(`${ok}Transfer-Encoding: chunked\r\n\r\n2;`)
    endless(client, 'x'.repeat(10_000))
  },
  'trailers without end': (client) => {
    client.write(`${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n`)
    endless(client, `X: ${'a'.repeat(1000)}\r\n`)
  },
  'a body without end, in chunks': (client) => {
    client.write(`${ok}Transfer-Encoding: chunked\r\n\r\n`)
    endless(client, `10000\r\n${'a'.repeat(65_536)}\r\n`)
  },
  'a body without end, until the connection ends': (client) => {
    client.write(`${ok}\r\n`)
    endless(client, Buffer.alloc(65_536))
  },
}

function answering(how: string | ((client: Socket) => void)): (client: Socket) => void {
  return typeof how === 'string' ? (client) => void client.write(how, 'latin1') : how
}

describe('a micro whose answer is none', () => {
  it.each(Object.keys(invalid))(
    'gets its visitor a 502 with a request id, and nothing of its bytes: %s',
    async (name) => {
      const stage = await hostile(answering(invalid[name] ?? ''))
      const text = await raw(stage, `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`)
      expect(statuses(text.replaceAll('HTTP/1.1 103 Early Hints', ''))).toEqual([502])
      expect(text).toMatch(/^X-Request-Id: [0-9a-f-]{36}\r$/m)
      expect(text).not.toContain('SMUGGLED')
      expect((await ask(stage, { host: NEIGHBOUR })).body).toBe('well')
    },
  )
})

describe('a micro that breaks its answer', () => {
  it.each(Object.keys(broken))('never gets its visitor one that looks whole: %s', async (name) => {
    const stage = await hostile(answering(broken[name] ?? ''))
    await expect(ask(stage)).rejects.toThrow()
    expect((await ask(stage, { host: NEIGHBOUR })).body).toBe('well')
  })
})

describe('a micro that says more than it was asked', () => {
  it.each([
    ['behind a length', whole],
    ['behind chunks', `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
  ])('has only its own visitor’s answer passed on: %s', async (_name, first) => {
    const stage = await hostile((client) => client.write(first + smuggled + smuggled))
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let turn = 0; turn < 5; turn += 1) {
      const answer = await ask(stage, { agent, path: `/${turn}` })
      expect([200, 502]).toContain(answer.status)
      expect(answer.body).not.toContain('SMUGGLED')
    }
    agent.destroy()
    expect((await ask(stage, { host: NEIGHBOUR })).body).toBe('well')
  })

  it.each(['204 No Content', '304 Not Modified'])('has no body passed on where none belongs: %s', async (status) => {
    const stage = await hostile((client) =>
      client.write(`HTTP/1.1 ${status}\r\nContent-Length: 100\r\n\r\n${smuggled}`),
    )
    const text = await raw(
      stage,
      `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\nGET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`,
    )
    expect(text).not.toContain('SMUGGLED')
  })

  it('cannot add fields to an answer by a line feed in one', async () => {
    const stage = await hostile((client) => client.write(`${ok}X: a\n\nHTTP/1.1 200 OK\nContent-Length: 8\n\nSMUGGLED`))
    const text = await raw(stage, `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`)
    expect(statuses(text)).toHaveLength(1)
    expect(text).not.toContain('\nContent-Length: 8\r\n')
  })

  it('cannot answer before it is asked', async () => {
    const stage = await stageWith((_request, response) => response.end())
    const { socket } = await stage.serveRaw('hostile', (client) => {
      client.write(smuggled)
      client.on('data', () => client.write(whole))
    })
    stage.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    await stage.engine.settled()
    for (let turn = 0; turn < 5; turn += 1) {
      // The answer to the first request of a connection is its own to choose; it never is that of another.
      const answer = await ask(stage, { path: `/${turn}` })
      expect([200, 502]).toContain(answer.status)
    }
  })

  it('may answer before it has read, and the next request of the client is not taken for the rest of the body', async () => {
    const stage = await hostile((client) => client.write(whole))
    const text = await raw(
      stage,
      `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 60\r\n\r\nGET /inner HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`,
    )
    expect(statuses(text)).toEqual([200])
    expect(text.toLowerCase()).toContain('connection: close')
  })
})
