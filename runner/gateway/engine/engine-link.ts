import { connect, type Socket } from 'node:net'
import { fromEngine, type FromEngine, type FromGateway } from '../protocol.ts'
import { readLines } from './read-lines.ts'
import type { Log } from '../log.ts'

const FIRST_RETRY_MS = 20
const LONGEST_RETRY_MS = 1000
/** The longest line is a snapshot; 64 MB hold some 200,000 routes. */
const LONGEST_LINE_BYTES = 64 * 1024 * 1024

interface LinkOptions {
  readonly path: string
  readonly log: Log
  /** How long it may be away before `onAway` is called. */
  readonly awayMs: number
  readonly onMessage: (message: FromEngine) => void
  /** It has been away for long; `onMessage` with a snapshot is the word that it is back. */
  readonly onAway: () => void
}

/** The connection to the engine. It comes back for ever, and counts as there once a snapshot has arrived. */
export class EngineLink {
  readonly #options: LinkOptions
  readonly #first = Promise.withResolvers<void>()
  #socket: Socket | undefined
  #retry: NodeJS.Timeout | undefined
  #away: NodeJS.Timeout | undefined
  #retryMs = FIRST_RETRY_MS
  #current = false
  #closed = false

  constructor(options: LinkOptions) {
    this.#options = options
  }

  /** Settles with the first snapshot ever. */
  get known(): Promise<void> {
    return this.#first.promise
  }

  get connected(): boolean {
    return this.#current
  }

  open(): void {
    const { path, log, awayMs, onAway } = this.#options
    const socket = connect(path)
    this.#socket = socket
    readLines(socket, { longestBytes: LONGEST_LINE_BYTES, onLine: (line) => this.#take(line) })
    // What went wrong does not matter: `close` follows, and there we try again.
    socket.on('error', () => undefined)
    socket.once('close', () => {
      if (this.#closed) return
      if (this.#current) {
        log.warn('engine away; what is awake is served on')
        this.#away = setTimeout(onAway, awayMs)
      }
      this.#current = false
      this.#retry = setTimeout(() => this.open(), this.#retryMs)
      this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2)
    })
  }

  /** False when the engine is away or has not yet said how things stand: then nothing is sent. */
  tell(message: FromGateway): boolean {
    if (!this.#current || this.#socket === undefined) return false
    this.#socket.write(`${JSON.stringify(message)}\n`)
    return true
  }

  /** Ends the connection once what was told has been handed over. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
    clearTimeout(this.#away)
    this.#socket?.destroySoon()
  }

  #take(line: string): void {
    const { log, onMessage } = this.#options
    let parsed
    try {
      parsed = fromEngine.safeParse(JSON.parse(line))
    } catch (cause) {
      // No JSON: the engine is of another kind than we think, and a new connection is the only way to agree again.
      log.error('unreadable line from engine', { cause: String(cause) })
      this.#socket?.destroy()
      return
    }
    if (!parsed.success) {
      log.error('unknown message from engine', { issues: parsed.error.issues.map((issue) => issue.message) })
      return
    }
    const message = parsed.data
    if (message.type === 'snapshot') {
      this.#current = true
      this.#retryMs = FIRST_RETRY_MS
      clearTimeout(this.#away)
      log.info('engine connected', { routes: message.routes.length })
    }
    onMessage(message)
    if (message.type === 'snapshot') this.#first.resolve()
  }
}
