import { createServer, type Socket } from 'node:net'
import { chmod, chown, rm } from 'node:fs/promises'
import { fromGateway, type FromEngine, type FromGateway } from '../../gateway/protocol.ts'
import { readLines } from '../../gateway/engine/read-lines.ts'
import { keepPulse } from './pulse.ts'

const ANSWER_DEADLINE_MS = 1000
/** The longest is `holds`: room for 25,000 micros that are awake. A gateway speaks with strangers, so it is not trusted to keep to that. */
const LONGEST_LINE_BYTES = 1024 * 1024
/** A gateway that does not read gets its connection ended, and a snapshot when it is back. */
const LONGEST_BACKLOG_BYTES = 64 * 1024 * 1024

/** Of a ping that only asks whether somebody is there. */
const NOBODYS = 0

type Answer = Extract<FromGateway, { type: 'pong' | 'answered' }>

/** One gateway's connection. */
export interface Gateway {
  tell(message: FromEngine): void
}

/** The engine's end of the control connection: one server, and as many gateways as connect. */
export interface GatewayLink {
  /** Opens the control socket, replacing a left-over one; from then on gateways join. */
  listen(): Promise<void>
  /** Tells every connected gateway; false when there is none. */
  tell(message: FromEngine): boolean
  /** Those that are connected. */
  gateways(): Iterable<Gateway>
  /** How long the gateways took to answer a ping, in ms, or nothing when there is none or one is silent. */
  ping(): Promise<number | undefined>
  /** Whether a sandbox has answered a request of any gateway's within so many ms. One that is silent for a second has none to tell of. */
  haveAnswer(of: {
    readonly deploymentId: string
    readonly socket: string
    readonly withinMs: number
  }): Promise<boolean>
  close(): Promise<void>
}

export interface GatewayLinkOptions {
  readonly path: string
  /** Group whose members may connect. */
  readonly gid: number
  /** What a gateway is told first. */
  snapshot(): Extract<FromEngine, { type: 'snapshot' }>
  /** A gateway has connected, and was told the snapshot. */
  onJoin(gateway: Gateway): void
  onLeave(gateway: Gateway): void
  onMessage(message: FromGateway, from: Gateway): void
  onProblem(message: string, data: object): void
}

/** Nobody can join before `listen`, so that what `onMessage` needs may be made of the link. */
export function createGatewayLink(options: GatewayLinkOptions): GatewayLink {
  const connected = new Map<Socket, Gateway>()
  const waiting = new Map<number, (from: Gateway, answer: Answer) => void>()
  let questions = 0
  const pulse = keepPulse<Socket>({
    ask(socket) {
      connected.get(socket)?.tell({ type: 'ping', id: NOBODYS })
    },
    onSilent(socket) {
      options.onProblem('a gateway process hangs; its connection is ended', {})
      socket.destroy()
    },
  })
  const server = createServer((socket) => {
    const gateway = gatewayOf(socket)
    connected.set(socket, gateway)
    pulse.add(socket)
    socket.on('close', () => {
      pulse.remove(socket)
      connected.delete(socket)
      options.onLeave(gateway)
    })
    // A gateway that went away is noticed by `close`; it comes back by itself.
    socket.on('error', () => {})
    gateway.tell(options.snapshot())
    options.onJoin(gateway)
    readLines(socket, {
      longestBytes: LONGEST_LINE_BYTES,
      onLine(line) {
        pulse.heard(socket)
        const message = parseLine(line)
        if (message === undefined)
          options.onProblem('gateway sent a line that is not of the protocol', { line: line.slice(0, 200) })
        else if (message.type === 'pong' || message.type === 'answered') waiting.get(message.id)?.(gateway, message)
        else options.onMessage(message, gateway)
      },
    })
  })
  const tell = (message: FromEngine) => {
    for (const gateway of connected.values()) gateway.tell(message)
    return connected.size > 0
  }
  /** What each gateway answers, in their order; `silent` are those that did not within the deadline. */
  const ask = async (question: (id: number) => FromEngine): Promise<{ answers: Answer[]; silent: number }> => {
    const silent = new Set(connected.values())
    const answers: Answer[] = []
    if (silent.size === 0) return { answers, silent: 0 }
    const id = ++questions
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ANSWER_DEADLINE_MS)
    waiting.set(id, (from, answer) => {
      if (!silent.delete(from)) return
      answers.push(answer)
      if (silent.size === 0) resolve()
    })
    tell(question(id))
    await promise
    clearTimeout(timer)
    waiting.delete(id)
    return { answers, silent: silent.size }
  }
  return {
    async listen() {
      await rm(options.path, { force: true })
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(options.path, resolve)
      })
      await chmod(options.path, 0o660)
      if (process.getuid?.() === 0) await chown(options.path, 0, options.gid)
    },
    tell,
    gateways: () => connected.values(),
    async ping() {
      const started = performance.now()
      const { answers, silent } = await ask((id) => ({ type: 'ping', id }))
      return answers.length > 0 && silent === 0 ? performance.now() - started : undefined
    },
    async haveAnswer(of) {
      const { answers } = await ask((id) => ({ type: 'answered', id, ...of }))
      return answers.some((answer) => answer.type === 'answered' && answer.lately)
    },
    async close() {
      pulse.close()
      for (const socket of connected.keys()) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function gatewayOf(socket: Socket): Gateway {
  return {
    tell(message) {
      socket.write(`${JSON.stringify(message)}\n`)
      if (socket.writableLength > LONGEST_BACKLOG_BYTES) socket.destroy()
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
