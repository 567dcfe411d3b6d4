import { describe, expect, it } from 'vitest'
import { raw, RawClient } from './support/client.ts'
import { HOST, stageWith, type Stage } from './support/stage.ts'

const chunked = (fields: string, trailers: string): string =>
  `POST / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n${fields}\r\n3\r\nabc\r\n0\r\n${trailers}\r\n`

describe('trailers of a request', () => {
  /** What the micro got. */
  async function seenBy(
    bytes: string,
  ): Promise<{ readonly trailers: string[]; readonly headers: Record<string, string> }> {
    const stage = await stageWith((request, response) => {
      request
        .resume()
        .on('end', () => response.end(JSON.stringify({ trailers: request.rawTrailers, headers: request.headers })))
    })
    const text = await raw(stage, bytes)
    return JSON.parse(/\{.*\}/s.exec(text)?.[0] ?? text) as Awaited<ReturnType<typeof seenBy>>
  }

  it('reach the micro, announced ones by their announcement', async () => {
    const seen = await seenBy(
      chunked('Trailer: X-Sum, Content-Length\r\n', 'X-Sum: 42\r\nServer-Timing: a;dur=1\r\nX-Sum: 43\r\n'),
    )
    expect(seen.trailers).toEqual(['X-Sum', '42', 'Server-Timing', 'a;dur=1', 'X-Sum', '43'])
    expect(seen.headers['trailer']).toBe('X-Sum')
    expect(seen.headers).not.toHaveProperty('x-sum')
  })

  it('reach it without those that would frame, route, authenticate or speak for the gateway', async () => {
    const forbidden = [
      `Host: other.localhost`,
      'Transfer_Encoding: chunked',
      'Content_Length: 7',
      'Connection: close',
      'Authorization: Basic x',
      'Cookie: a=1',
      'Content-Type: text/html',
      'Expect: 100-continue',
      'If-None-Match: x',
      'X-Forwarded-For: 6.6.6.6',
      'X_Real_IP: 6.6.6.6',
      'Forwarded: for=6.6.6.6',
      'X-Request-Id: mine',
      'TE: trailers',
    ]
    const seen = await seenBy(chunked('', `${forbidden.join('\r\n')}\r\nX-Sum: 42\r\n`))
    expect(seen.trailers).toEqual(['X-Sum', '42'])
  })

  it.each(['Content-Length: 3', 'Transfer-Encoding: chunked', 'X Sum: 1', 'X-Sum : 1', ' folded', 'X: a\0b'])(
    'that are no trailers at all end in a refusal, and nothing behind them is served: %j',
    async (line) => {
      const seen: string[] = []
      const stage = await stageWith((request, response) => {
        seen.push(request.url ?? '')
        request
          .on('error', () => undefined)
          .resume()
          .on('end', () => response.end('ok'))
      })
      const behind = `GET /smuggled HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`
      const text = await raw(
        stage,
        chunked('', `X-First: 1\r\n${line}\r\n`).replace('Connection: close\r\n', '') + behind,
      )
      expect(text).toMatch(/^HTTP\/1\.1 400 /)
      expect(text.split('HTTP/1.1 ')).toHaveLength(2)
      expect(seen).not.toContain('/smuggled')
    },
  )

  it('are dropped when there are very many, and refused when they are very large', async () => {
    expect((await seenBy(chunked('', 'X: 1\r\n'.repeat(201)))).trailers).toEqual([])
    const stage = await stageWith((request, response) => void request.resume().on('end', () => response.end('ok')))
    const text = await raw(stage, chunked('', `X: ${'a'.repeat(40_000)}\r\n`))
    expect(text).toMatch(/^HTTP\/1\.1 4(?:00|31) /)
    expect(text).not.toContain('200 OK')
  })

  it('do not come without chunks', async () => {
    const bytes = `POST / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\nTrailer: X-Sum\r\nContent-Length: 3\r\n\r\nabc`
    const seen = await seenBy(bytes)
    expect(seen.headers).not.toHaveProperty('trailer')
    expect(seen.trailers).toEqual([])
  })
})

describe('trailers of an answer', () => {
  /** A micro that speaks bytes, because Node's server writes no trailer that does not belong there. */
  async function answering(trailers: string): Promise<Stage> {
    const stage = await stageWith((_request, response) => response.end())
    const { socket } = await stage.serveRaw('d2', (client) => {
      client.on('data', (head) => {
        const te = /^te: (.*)\r$/im.exec(String(head))?.[1] ?? 'none'
        const body = String(head).startsWith('HEAD') ? '' : `4\r\nbody\r\n0\r\n${trailers}\r\n`
        client.write(
          `HTTP/1.1 200 OK\r\nTrailer: X-Sum, Set-Cookie\r\nX-TE: ${te}\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
        )
      })
    })
    stage.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    await stage.engine.settled()
    return stage
  }

  it('reach the client, with their announcement, and the micro knows whether they are wanted', async () => {
    const stage = await answering('X-Sum: 42\r\nServer-Timing: a;dur=1\r\n')
    const text = await raw(
      stage,
      `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close, TE\r\nTE: trailers, gzip;q=0.5\r\n\r\n`,
    )
    expect(text).toMatch(/^Trailer: X-Sum\r$/m)
    expect(text).toMatch(/^X-TE: trailers\r$/m)
    expect(text).toMatch(/\r\n0\r\nX-Sum: 42\r\nServer-Timing: a;dur=1\r\n\r\n$/)
    expect(await raw(stage, `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`)).toContain('X-TE: none')
  })

  it('reach it without those that a client would act on once more', async () => {
    const stage = await answering('Set-Cookie: a=1\r\nTransfer-Encoding: x\r\nX-Request-Id: mine\r\nX-Sum: 42\r\n')
    const text = await raw(stage, `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`)
    expect(text).toMatch(/\r\n0\r\nX-Sum: 42\r\n\r\n$/)
    expect(text).not.toContain('a=1')
    expect(text).not.toContain('mine')
  })

  it.each(['Content-Length: 9', 'X Sum: 1', 'X: a\0b'])(
    'that are no trailers at all make no whole answer: %j',
    async (line) => {
      const stage = await answering(`${line}\r\n`)
      const text = await raw(stage, `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`)
      expect(text).not.toContain('\r\n0\r\n')
    },
  )

  it('are left out for HEAD and HTTP/1.0', async () => {
    const stage = await answering('X-Sum: 42\r\n')
    const old = await raw(stage, `GET / HTTP/1.0\r\nHost: ${HOST}\r\n\r\n`)
    expect(old).toMatch(/\r\n\r\nbody$/)
    expect(old).not.toMatch(/^Trailer/m)
    const head = await raw(stage, `HEAD / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`)
    expect(head).toMatch(/^HTTP\/1\.1 200 /)
    expect(head).not.toContain('X-Sum')
  })

  it('leave the connection well for the next request', async () => {
    const stage = await answering('X-Sum: 42\r\n')
    const client = new RawClient(stage)
    const request = `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`
    client.socket.write(request)
    await client.sees('X-Sum: 42\r\n\r\n')
    client.text = ''
    client.socket.write(request)
    await client.sees('X-Sum: 42\r\n\r\n')
    expect(client.text).toMatch(/^HTTP\/1\.1 200 OK/)
    client.socket.destroy()
  })
})
