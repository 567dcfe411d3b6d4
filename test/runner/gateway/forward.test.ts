import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { ask, errorOf, raw, RawClient } from './support/client.ts'
import { HOST, route, stageWith } from './support/stage.ts'

const MB = 1024 * 1024

describe('a request on its way', () => {
  it('reaches the micro with method, path, query and body, and the answer comes back as it was', async () => {
    const stage = await stageWith((request, response) => {
      request.setEncoding('utf8')
      let body = ''
      request.on('data', (chunk: string) => (body += chunk))
      request.on('end', () => {
        response.writeHead(201, 'Made', [
          ['X-Case', 'Kept'],
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
        ])
        response.end(`${request.method} ${request.url} ${body}`)
      })
    })
    const answer = await ask(stage, { method: 'POST', path: '/a/b?c=%20d', body: 'hello' })
    expect(answer.status).toBe(201)
    expect(answer.body).toBe('POST /a/b?c=%20d hello')
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
    expect(answer.rawHeaders).toContain('X-Case')
  })

  it('carries what only the gateway knows, whatever the client claims', async () => {
    const stage = await stageWith((request, response) => response.end(JSON.stringify(request.headers)))
    const answer = await ask(stage, {
      host: 'Hello--Ada.localhost.:8080',
      headers: {
        'x-forwarded-for': '6.6.6.6',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-port': '1',
        'x-real-ip': '6.6.6.6',
        forwarded: 'for=6.6.6.6',
        x_forwarded_for: '6.6.6.6',
        'x-request-id': 'mine',
        'x-own': 'kept',
      },
    })
    const seen = JSON.parse(answer.body) as Record<string, string>
    expect(seen).toMatchObject({
      host: 'Hello--Ada.localhost.:8080',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'Hello--Ada.localhost.:8080',
      'x-real-ip': '127.0.0.1',
      'x-own': 'kept',
    })
    expect(JSON.stringify(seen)).not.toContain('6.6.6.6')
    expect(seen['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.headers['x-request-id']).toBe(seen['x-request-id'])
  })

  it('loses hop-by-hop fields and those that Connection names, in both directions', async () => {
    const stage = await stageWith((request, response) => {
      response.writeHead(200, {
        Connection: 'X-Internal',
        'X-Internal': '1',
        'Proxy-Authenticate': 'Basic',
        'X-Kept': '1',
      })
      response.end(JSON.stringify(request.headers))
    })
    const answer = await ask(stage, {
      headers: {
        connection: 'close, x-secret',
        'x-secret': '1',
        te: 'trailers',
        'proxy-authorization': 'a',
        'keep-alive': '5',
      },
    })
    const seen = JSON.parse(answer.body) as Record<string, string>
    for (const name of ['x-secret', 'proxy-authorization', 'keep-alive']) expect(seen).not.toHaveProperty(name)
    // Said anew for the connection to the micro.
    expect(seen).toMatchObject({ te: 'trailers', connection: 'TE' })
    expect(answer.headers).not.toHaveProperty('x-internal')
    expect(answer.headers).not.toHaveProperty('proxy-authenticate')
    expect(answer.headers['x-kept']).toBe('1')
  })

  it('keeps a cookie from reaching the neighbours', async () => {
    const stage = await stageWith((_request, response) => {
      response.setHeader('Set-Cookie', ['a=1; Domain=localhost; Path=/', `b=2; domain=.${HOST}; HttpOnly`])
      response.end()
    })
    const answer = await ask(stage)
    expect(answer.headers['set-cookie']).toEqual(['a=1; Path=/', `b=2; domain=.${HOST}; HttpOnly`])
  })

  it('passes chunked bodies on as chunked and answers HTTP/1.0 clients without chunks', async () => {
    const stage = await stageWith((request, response) => {
      response.write(`${request.headers['transfer-encoding']}-${request.headers['content-length']}:`)
      request.pipe(response)
    })
    const chunked = await raw(
      stage,
      `POST / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
    )
    expect(chunked).toContain('chunked-undefined:')
    expect(chunked.replace(/\r\n[0-9a-f]+\r\n/g, '')).toContain('abcde')
    const old = await raw(stage, `POST / HTTP/1.0\r\nHost: ${HOST}\r\nContent-Length: 3\r\n\r\nabc`)
    expect(old).toMatch(/\r\n\r\nundefined-3:abc$/)
    expect(old.toLowerCase()).not.toContain('transfer-encoding')
  })

  it('says 100 Continue itself, and forwards no expectation', async () => {
    const stage = await stageWith((request, response) => {
      response.write(String(request.headers.expect))
      request.pipe(response)
    })
    const client = new RawClient(stage)
    client.socket.write(
      `POST / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n`,
    )
    await client.sees('HTTP/1.1 100 Continue\r\n\r\n')
    client.socket.write('abc')
    await client.sees('abc')
    expect(client.text).toContain('undefined')
  })

  it('refuses expectations that nobody knows', async () => {
    const stage = await stageWith((_request, response) => response.end())
    expect((await ask(stage, { headers: { expect: 'tea' } })).status).toBe(417)
  })

  it('passes early hints on', async () => {
    const stage = await stageWith((_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' })
      response.end('ok')
    })
    const text = await raw(stage, `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`)
    expect(text).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>/)
    expect(text).toContain('HTTP/1.1 200 OK')
  })

  it('answers HEAD with the length and without a body', async () => {
    const stage = await stageWith((_request, response) => {
      response.setHeader('Content-Length', '6000000')
      response.end()
    })
    const answer = await ask(stage, { method: 'HEAD' })
    expect(answer).toMatchObject({ status: 200, body: '' })
    expect(answer.headers['content-length']).toBe('6000000')
  })

  it('answers a client that has ended its side', async () => {
    const stage = await stageWith((_request, response) => {
      setImmediate(() => response.end('late'))
    })
    expect(await raw(stage, `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, { halfClose: true })).toContain('late')
  })

  it('ends the request at the micro when the client breaks off', async () => {
    const aborted = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    const stage = await stageWith((_request, response) => {
      arrived.resolve()
      response.once('close', aborted.resolve)
    })
    const client = new RawClient(stage)
    client.socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    await arrived.promise
    client.socket.resetAndDestroy()
    await aborted.promise
  })

  it('sends a GET once more when the kept connection was just closed', async () => {
    let connections = 0
    const stage = await stageWith((_request, response) => response.end('ok'))
    const server = (
      await stage.serveRaw('d2', (socket) => {
        connections += 1
        const mine = connections
        let answered = 0
        socket.on('data', () => {
          answered += 1
          if (mine === 1 && answered === 2) socket.destroy()
          else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        })
      })
    ).socket
    stage.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [server] })
    await stage.engine.settled()
    expect((await ask(stage)).status).toBe(200)
    expect((await ask(stage)).status).toBe(200)
    expect(connections).toBe(2)
  })

  it('never reuses a connection on which the micro said more than it was asked', async () => {
    const stage = await stageWith((_request, response) => response.end())
    const { socket } = await stage.serveRaw('d2', (client) => {
      client.on('data', (chunk) => {
        const path = /^GET (\S+)/.exec(String(chunk))?.[1] ?? ''
        client.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`)
        setImmediate(() => client.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON'))
      })
    })
    stage.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    await stage.engine.settled()
    for (const path of ['/a', '/b', '/c', '/d']) {
      expect((await ask(stage, { path })).body).toBe(path)
      await new Promise((resolve) => setImmediate(resolve))
    }
  })
})

describe('the payload limit', () => {
  it('refuses an announced 6 MB before reading it', async () => {
    let reached = false
    const stage = await stageWith((_request, response) => {
      reached = true
      response.end()
    })
    const answer = await ask(stage, { method: 'POST', body: Buffer.alloc(6 * MB) })
    expect(answer.status).toBe(413)
    expect(errorOf(answer)).toBe('too-large')
    expect(reached).toBe(false)
  })

  it('refuses 6 MB that nobody announced while they come, and the client sees the answer', async () => {
    const stage = await stageWith((request, response) => {
      request.resume().on('end', () => response.end())
    })
    const answer = await ask(stage, {
      method: 'POST',
      body: Buffer.alloc(6 * MB),
      headers: { 'transfer-encoding': 'chunked' },
    })
    expect(answer.status).toBe(413)
    expect(answer.headers.connection).toBe('close')
  })

  it('shows an answer that came before the body had been read, and ends the connection', async () => {
    const stage = await stageWith((_request, response) => {
      response.writeHead(403)
      response.end('not you')
    })
    const answer = await ask(stage, { method: 'POST', body: Buffer.alloc(5 * MB) })
    expect(answer).toMatchObject({ status: 403, body: 'not you' })
    expect(answer.headers.connection).toBe('close')
  })

  it('shows the answer of a micro that refuses an upload and hangs up', async () => {
    const stage = await stageWith((_request, response) => response.end())
    const { socket } = await stage.serveRaw('d2', (client) => {
      client.once('data', () => {
        client.end('HTTP/1.1 413 No\r\nConnection: close\r\nContent-Length: 6\r\n\r\nsorry!', () => client.destroy())
      })
    })
    stage.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    await stage.engine.settled()
    for (let turn = 0; turn < 5; turn += 1) {
      const answer = await ask(stage, { method: 'POST', body: Buffer.alloc(5 * MB) })
      expect(answer).toMatchObject({ status: 413, body: 'sorry!' })
    }
  })

  it('lets 5.5 MB pass, both ways', async () => {
    const stage = await stageWith((request, response) => request.pipe(response))
    const answer = await ask(stage, { method: 'POST', body: Buffer.alloc(5.5 * MB, 'x') })
    expect(answer.body.length).toBe(5.5 * MB)
  })

  it('refuses an announced answer that is too large, and breaks off one that grows too large', async () => {
    const stage = await stageWith((request, response) => {
      if (request.url === '/announced') response.setHeader('Content-Length', 6 * MB)
      response.write(Buffer.alloc(3 * MB))
      response.end(Buffer.alloc(3 * MB))
    })
    stage.engine.say({
      type: 'route',
      route: route({ payloadBytes: 5 * MB }),
    })
    await stage.engine.settled()
    const announced = await ask(stage, { path: '/announced' })
    expect(announced.status).toBe(502)
    expect(errorOf(announced)).toBe('reply-too-large')
    const client = new RawClient(stage)
    const closed = once(client.socket, 'close')
    client.socket.write(`GET /stream HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    await closed
    expect(client.text.length).toBeLessThan(5.1 * MB)
  })
})
