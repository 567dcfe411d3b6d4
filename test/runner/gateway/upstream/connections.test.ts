import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Connection, UpstreamEvents } from '../../../../runner/gateway/upstream/connection.ts'
import { UpstreamConnections } from '../../../../runner/gateway/upstream/connections.ts'

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const KEPT = { reuse: true, mayUpgrade: false }
const SINGLE = { reuse: false, mayUpgrade: false }

/** A micro that answers each request with these bytes, and the connections to it. */
async function micro(limits: Partial<{ upstreams: number; idleUpstreams: number; idleUpstreamMs: number }> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'up-'))
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', () => socket.write(ANSWER))
  })
  const path = join(folder, 'app.sock')
  server.listen(path)
  await once(server, 'listening')
  const connections = new UpstreamConnections(path, {
    upstreams: 8,
    idleUpstreams: 8,
    idleUpstreamMs: 60_000,
    ...limits,
  })
  onTestFinished(async () => {
    connections.close()
    await new Promise((resolve) => server.close(resolve))
    await rm(folder, { recursive: true, force: true })
  })
  return { connections, sockets }
}

interface Asked {
  readonly connection: Connection
  readonly reused: boolean
}

/** One request to its end; the connection is idle, or gone, a moment later. */
async function ask(connections: UpstreamConnections, wanted = KEPT): Promise<Asked> {
  const { promise, resolve, reject } = Promise.withResolvers<Asked>()
  connections.acquire(wanted, (connection) => {
    const events: UpstreamEvents = {
      onConnected: nothing,
      onDrain: nothing,
      onRead: nothing,
      onInformation: nothing,
      onHead: nothing,
      onData: nothing,
      onUpgrade: nothing,
      onEnd: () => setImmediate(() => resolve({ connection, reused: use.reused })),
      onError: (code) => reject(new Error(code)),
    }
    const use = connection.begin('GET / HTTP/1.1\r\nHost: a\r\n\r\n', events, { bodiless: false, headBytes: 1000 })
    use.written = true
  })
  return promise
}

it('a connection that carried a whole answer carries the next request, and one that was for a single request does not', async () => {
  const { connections } = await micro()
  const first = await ask(connections)
  const second = await ask(connections)
  expect(second).toMatchObject({ reused: true })
  expect(second.connection).toBe(first.connection)
  expect(await ask(connections, SINGLE)).toMatchObject({ reused: false })
})

it.each([
  ['one byte', 'H'],
  ['a whole answer', ANSWER],
])('what comes on an idle connection ends it, and answers nobody: %s', async (_name, bytes) => {
  const { connections, sockets } = await micro()
  const { connection } = await ask(connections)
  sockets[0]?.write(bytes)
  await once(connection.socket, 'close')
  expect(await ask(connections)).toMatchObject({ reused: false })
})

it('an idle connection is ended after its time', async () => {
  const { connections, sockets } = await micro({ idleUpstreamMs: 30 })
  await ask(connections)
  const [socket] = sockets
  if (socket === undefined) throw new Error('nobody came')
  await once(socket, 'end')
})

it('no more idle connections are kept than may be', async () => {
  const { connections, sockets } = await micro({ idleUpstreams: 1 })
  await Promise.all([ask(connections), ask(connections)])
  await expect.poll(() => sockets.filter((socket) => socket.readableEnded).length).toBe(1)
})

it('past the bound a request waits for a connection, whether it may share one or not, and whoever leaves is forgotten', async () => {
  const { connections, sockets } = await micro({ upstreams: 1 })
  const leave = connections.acquire(KEPT, (connection) => connection.abandon())
  const left = connections.acquire(KEPT, () => expect.unreachable('it had left'))
  left()
  leave()
  const all = await Promise.all([
    ask(connections),
    ask(connections, SINGLE),
    ask(connections),
    ask(connections, SINGLE),
  ])
  expect(all).toHaveLength(4)
  expect(sockets.filter((socket) => !socket.readableEnded).length).toBeLessThanOrEqual(1)
})

function nothing(): void {
  // Not of interest here.
}
