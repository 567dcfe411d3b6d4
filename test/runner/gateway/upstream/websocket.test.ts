import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ask, RawClient } from '../support/client.ts'
import { HOST, route, stageWith, type Stage } from '../support/stage.ts'

const handshake = `GET /chat HTTP/1.1\r\nHost: ${HOST}\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`

/** A micro that accepts an upgrade and echoes what comes over it. */
async function echo(
  options: { readonly idleMs?: number; readonly streamIdleMs?: number } = {},
): Promise<Stage & { readonly sockets: Socket[] }> {
  const stage = await stageWith((request, response) => response.end(JSON.stringify(request.headers)), {
    ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
    limits: {
      drainRequestsMs: 30,
      drainStreamsMs: 60,
      ...(options.streamIdleMs === undefined ? {} : { streamIdleMs: options.streamIdleMs }),
    },
    route: { timeoutMs: 50 },
  })
  const sockets: Socket[] = []
  const { socket, server } = await stage.serve('ws', (request, response) => {
    response.writeHead(426, { 'X-Seen': String(request.headers.upgrade) })
    response.end('only sockets')
  })
  server.on('upgrade', (request, duplex, head: Buffer) => {
    const upgraded = duplex as Socket
    sockets.push(upgraded)
    upgraded.on('error', () => undefined)
    if (request.url === '/refuse') {
      upgraded.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno')
      return
    }
    upgraded.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\nX-For: ${String(request.headers['x-forwarded-for'])}\r\n\r\nhi `,
    )
    upgraded.write(head)
    upgraded.pipe(upgraded)
  })
  stage.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
  await stage.engine.settled()
  return { ...stage, sockets }
}

describe('a WebSocket', () => {
  it('passes both ways, first bytes included, and lasts beyond execution and idle time', async () => {
    const stage = await echo({ idleMs: 20 })
    const client = new RawClient(stage)
    client.socket.write(`${handshake}early`)
    await client.sees('101 Switching Protocols')
    await client.sees('early')
    expect(client.text).toContain('X-For: 127.0.0.1')
    expect(client.text).toContain('hi ')
    await new Promise((resolve) => setTimeout(resolve, 150))
    client.socket.write('later')
    await client.sees('later')
    expect(stage.engine.all('idle')).toEqual([])
    client.socket.end()
    await stage.engine.hears('idle')
  })

  it('may be refused by the micro with an ordinary answer', async () => {
    const stage = await echo()
    const client = new RawClient(stage)
    client.socket.write(handshake.replace('/chat', '/refuse'))
    await client.sees('403 Forbidden')
    await client.sees('no')
    await once(client.socket, 'close')
  })

  it('of a host that is unknown gets a page of ours', async () => {
    const stage = await echo()
    const client = new RawClient(stage)
    client.socket.write(handshake.replace(HOST, 'nobody.localhost'))
    await client.sees('HTTP/1.1 404')
    await client.sees('host-unknown')
  })

  it('ends at the micro when the client ends, and the other way round', async () => {
    const stage = await echo()
    const first = new RawClient(stage)
    first.socket.write(handshake)
    await first.sees('hi ')
    first.socket.resetAndDestroy()
    const [upstream] = stage.sockets
    if (upstream !== undefined && !upstream.destroyed) await once(upstream, 'close')
    const second = new RawClient(stage)
    second.socket.write(handshake)
    await second.sees('hi ')
    stage.sockets[1]?.destroy()
    if (!second.socket.destroyed) await once(second.socket, 'close')
  })

  it('is ended when nothing has passed for long', async () => {
    const stage = await echo({ streamIdleMs: 50 })
    const client = new RawClient(stage)
    client.socket.write(handshake)
    await client.sees('hi ')
    await once(client.socket, 'close')
  })

  it('goes on through a deploy, and is ended after the grace', async () => {
    const stage = await echo()
    const client = new RawClient(stage)
    client.socket.write(handshake)
    await client.sees('hi ')
    const next = await stage.serve('d2', (_request, response) => response.end('new'))
    stage.engine.say({ type: 'awake', deploymentId: 'd2', sockets: [next.socket] })
    stage.engine.say({ type: 'route', route: route({ deploymentId: 'd2' }) })
    stage.engine.say({ type: 'drain', deploymentId: 'd1' })
    await stage.engine.settled()
    client.socket.write('still here')
    await client.sees('still here')
    expect((await ask(stage)).body).toBe('new')
    await stage.engine.hears('drained')
    if (!client.socket.destroyed) await once(client.socket, 'close')
  })
})

describe('another upgrade', () => {
  it('is an ordinary request that no upgrade is forwarded with', async () => {
    const stage = await stageWith((request, response) => response.end(JSON.stringify(request.headers)))
    const answer = await ask(stage, {
      headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQCAAAAAAIAAAAA' },
    })
    expect(answer.status).toBe(200)
    expect(answer.body).not.toContain('h2c')
    expect(answer.body).not.toContain('http2')
  })
})
