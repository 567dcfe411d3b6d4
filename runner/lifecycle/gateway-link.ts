import { createServer, type Socket } from 'node:net'
import { chmod, chown, rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fromGateway, type FromEngine, type FromGateway } from '../gateway/protocol.ts'

const PING_DEADLINE_MS = 1000

/** The engine's end of the control connection: one server, and as many gateways as connect. */
export interface GatewayLink {
  /** Tells every connected gateway; false when there is none. */
  tell(message: FromEngine): boolean
  /** How long the gateways took to answer a ping, in ms, or nothing when there is none or one is silent. */
  ping(): Promise<number | undefined>
  close(): Promise<void>
}

export interface GatewayLinkOptions {
  readonly path: string
  /** Group whose members may connect. */
  readonly gid: number
  /** What a gateway is told first. */
  snapshot(): Extract<FromEngine, { type: 'snapshot' }>
  onMessage(message: FromGateway, reply: (message: FromEngine) => void): void
  onProblem(message: string, data: object): void
}

/** Opens the control socket at `path`, replacing a left-over one. */
export async function openGatewayLink(options: GatewayLinkOptions): Promise<GatewayLink> {
  const sockets = new Set<Socket>()
  const waiting = new Map<number, () => void>()
  let pings = 0
  await rm(options.path, { force: true })
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A gateway that went away is noticed by `close`; it comes back by itself.
    socket.on('error', () => {})
    const reply = (message: FromEngine) => void socket.write(`${JSON.stringify(message)}\n`)
    reply(options.snapshot())
    createInterface({ input: socket }).on('line', (line) => {
      const message = parseLine(line)
      if (message === undefined)
        options.onProblem('gateway sent a line that is not of the protocol', { line: line.slice(0, 200) })
      else if (message.type === 'pong') waiting.get(message.id)?.()
      else options.onMessage(message, reply)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.path, resolve)
  })
  await chmod(options.path, 0o660)
  if (process.getuid?.() === 0) await chown(options.path, 0, options.gid)

  const tell = (message: FromEngine) => {
    const line = `${JSON.stringify(message)}\n`
    for (const socket of sockets) socket.write(line)
    return sockets.size > 0
  }
  return {
    tell,
    async ping() {
      if (sockets.size === 0) return undefined
      const id = ++pings
      const started = performance.now()
      const answered = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), PING_DEADLINE_MS)
        waiting.set(id, () => {
          clearTimeout(timer)
          resolve(true)
        })
        tell({ type: 'ping', id })
      })
      waiting.delete(id)
      return answered ? performance.now() - started : undefined
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function parseLine(line: string): FromGateway | undefined {
  try {
    return fromGateway.parse(JSON.parse(line))
  } catch {
    // Not JSON or not of the protocol: the caller reports it either way.
    return undefined
  }
}
