import { createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { readLines } from '../../../../runner/gateway/engine/read-lines.ts'
import { fromGateway, type FromEngine, type FromGateway } from '../../../../runner/gateway/protocol.ts'

type Snapshot = Extract<FromEngine, { type: 'snapshot' }>

/** The engine's side of the control socket: speaks the wire protocol and remembers what it heard. */
export class FakeEngine {
  readonly heard: FromGateway[] = []
  /** Answers a message, such as a wake. */
  onMessage: (message: FromGateway) => void = () => undefined
  snapshot: Snapshot = { type: 'snapshot', routes: [], sandboxes: [] }
  readonly #path: string
  readonly #waiting = new Set<() => void>()
  #server: Server | undefined
  #sockets = new Set<Socket>()

  constructor(path: string) {
    this.#path = path
  }

  async start(): Promise<void> {
    const server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => this.#sockets.delete(socket))
      readLines(socket, { longestBytes: 1e6, onLine: (line) => this.#hear(line) })
      socket.write(`${JSON.stringify(this.snapshot)}\n`)
    })
    this.#server = server
    server.listen(this.#path)
    await once(server, 'listening')
  }

  say(message: FromEngine): void {
    for (const socket of this.#sockets) socket.write(`${JSON.stringify(message)}\n`)
  }

  /** Every message of one type so far. */
  all<Type extends FromGateway['type']>(type: Type): Extract<FromGateway, { type: Type }>[] {
    return this.heard.filter((message) => message.type === type) as Extract<FromGateway, { type: Type }>[]
  }

  /** Resolves once `count` messages of a type have been heard. */
  async hears(type: FromGateway['type'], count = 1): Promise<void> {
    while (this.all(type).length < count) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve)
      })
    }
  }

  /** All that was said before this has been understood when it resolves: lines are handled in order. */
  async settled(): Promise<void> {
    const count = this.all('pong').length
    this.say({ type: 'ping', id: count })
    await this.hears('pong', count + 1)
  }

  async stop(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    const closed = once(server, 'close')
    server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #hear(line: string): void {
    const message = fromGateway.parse(JSON.parse(line))
    this.heard.push(message)
    this.onMessage(message)
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
