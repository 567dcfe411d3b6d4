import { describe, expect, it } from 'vitest'
import { ask, RawClient } from './support/client.ts'
import { HOST, stageWith } from './support/stage.ts'

const websocket = `GET /ws HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`

/** Every way in which a client may come and leave too early. */
const behaviours: readonly ((client: RawClient) => void)[] = [
  (client) => client.socket.resetAndDestroy(),
  (client) => client.socket.write('GET / HT', () => client.socket.resetAndDestroy()),
  (client) => client.socket.write(`GET /slow HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, () => client.socket.resetAndDestroy()),
  (client) =>
    client.socket.write(`GET /slow HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, () =>
      setImmediate(() => client.socket.resetAndDestroy()),
    ),
  (client) =>
    client.socket.write(`GET /large HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, () =>
      setImmediate(() => client.socket.resetAndDestroy()),
    ),
  (client) =>
    client.socket.write(`GET /events HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, () => setImmediate(() => client.socket.end())),
  (client) =>
    client.socket.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 9\r\n\r\nabc`, () =>
      setImmediate(() => client.socket.resetAndDestroy()),
    ),
  (client) =>
    client.socket.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz`),
  (client) =>
    client.socket.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n`, () =>
      setImmediate(() => client.socket.resetAndDestroy()),
    ),
  (client) => client.socket.write(websocket, () => setImmediate(() => client.socket.resetAndDestroy())),
  (client) => client.socket.write(websocket, () => client.socket.end()),
  (client) => client.socket.write(`GET /crash HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`.repeat(3)),
  (client) => client.socket.end(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`.repeat(5)),
]

describe('a storm of clients that leave in every way', () => {
  it('leaves nothing behind: the micro is idle afterwards, and answers', async () => {
    const stage = await stageWith(
      (request, response) => {
        response.on('error', () => undefined)
        request.resume()
        if (request.url === '/slow') return
        if (request.url === '/crash') request.socket.destroy()
        else if (request.url === '/large') response.end(Buffer.alloc(1024 * 1024))
        else if (request.url === '/events')
          response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
        else request.on('end', () => response.end('ok'))
      },
      { idleMs: 100, route: { timeoutMs: 1000 } },
    )
    const clients: RawClient[] = []
    for (let turn = 0; turn < 13 * 20; turn += 1) {
      const client = new RawClient(stage)
      clients.push(client)
      behaviours[turn % behaviours.length]?.(client)
    }
    await stage.engine.hears('idle')
    // It was not asleep in between, so this idle came after the storm.
    expect(stage.engine.all('wake')).toEqual([])
    for (const client of clients) client.socket.destroy()
    stage.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [`${stage.folder}/d1.sock`] })
    await stage.engine.settled()
    expect((await ask(stage)).body).toBe('ok')
    expect(stage.log.filter((line) => line.includes('"error"'))).toEqual([])
  })
})
