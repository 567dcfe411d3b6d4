import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { readLines } from './engine/read-lines.ts'
import { createGateway } from './gateway.ts'
import type { GatewayLimits } from './limits.ts'
import type { FromEngine, FromGateway, Route } from './protocol.ts'

const HOST = 'rehearsal.invalid'
/** V8 has then not only compiled what a wake takes, it has seen it often enough to compile it well. */
const WAKES = 150
const DEADLINE_MS = 5000
const LONGEST_LINE_BYTES = 1024 * 1024

/**
 * Wakes micros that do not exist, through a gateway, an engine and a micro of its own, so that what a wake takes is compiled before somebody waits:
 * the first one takes a gateway 5 ms more otherwise. Nothing of it reaches the real ones.
 *
 * @returns how many were answered.
 */
export async function rehearse(limits: GatewayLimits): Promise<number> {
  // Abstract names: they need no folder that this process could write to, and are gone with it.
  const [engineSocket, microSocket] = [`\0micropush-${randomUUID()}`, `\0micropush-${randomUUID()}`]
  const engine = createServer((socket) => standInEngine(socket, microSocket))
  const micro = createServer(standInMicro)
  const nobody = (): void => {}
  const gateway = createGateway({
    controlSocket: engineSocket,
    domain: HOST,
    scheme: 'http',
    trustedProxies: [],
    limits: { ...limits, shutdownMs: 0 },
    log: { info: nobody, warn: nobody, error: nobody },
  })
  const deadline = AbortSignal.timeout(DEADLINE_MS)
  try {
    await Promise.all([listens(engine, engineSocket), listens(micro, microSocket)])
    gateway.server.listen({ host: '127.0.0.1', port: 0 })
    await once(gateway.server, 'listening')
    gateway.open()
    const { port } = gateway.server.address() as AddressInfo
    let answered = 0
    for (let nth = 0; nth < WAKES && !deadline.aborted; nth += 1) if (await ask(port, nth, deadline)) answered += 1
    return answered
  } finally {
    await gateway.close()
    engine.close()
    micro.close()
  }
}

function standInEngine(socket: Socket, microSocket: string): void {
  const tell = (message: FromEngine): void => void socket.write(`${JSON.stringify(message)}\n`)
  const ids = Array.from({ length: WAKES }, (_, nth) => idOf(nth))
  tell({
    type: 'snapshot',
    routes: ids.map(routeTo),
    sandboxes: ids.map((deploymentId) => ({ deploymentId, sockets: [microSocket] })),
  })
  socket.on('error', () => {})
  readLines(socket, {
    longestBytes: LONGEST_LINE_BYTES,
    onLine(line) {
      const message = JSON.parse(line) as FromGateway
      if (message.type !== 'wake') return
      tell({ type: 'awake', deploymentId: message.deploymentId, sockets: [microSocket], by: 'frozen' })
    },
  })
}

function standInMicro(socket: Socket): void {
  socket.on('error', () => {})
  socket.on('data', () => {
    socket.write(
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=75\r\nContent-Length: 9\r\n\r\nrehearsed',
    )
  })
}

function routeTo(deploymentId: string): Route {
  return {
    host: `${deploymentId}.${HOST}`,
    deploymentId,
    micro: 'rehearsal',
    timeoutMs: DEADLINE_MS,
    payloadBytes: 1024,
    noindex: false,
    idleMs: DEADLINE_MS,
    scale: { max: 1, concurrency: 50 },
  }
}

function idOf(nth: number): string {
  return `d${nth}`
}

async function ask(port: number, nth: number, signal: AbortSignal): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  let answer = ''
  socket.setEncoding('latin1')
  socket.on('error', () => {})
  socket.on('data', (text: string) => (answer += text))
  socket.write(
    `GET /?a=1 HTTP/1.1\r\nHost: ${idOf(nth)}.${HOST}\r\nAccept: */*\r\nX-Micropush-Timing: 1\r\nConnection: close\r\n\r\n`,
  )
  await once(socket, 'close', { signal }).catch(() => {})
  socket.destroy()
  return answer.startsWith('HTTP/1.1 200 ')
}

async function listens(server: Server, path: string): Promise<void> {
  server.listen(path)
  await once(server, 'listening')
}
