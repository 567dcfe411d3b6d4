import { PatientSocket } from './patient-socket.ts'
import type { Socket } from 'node:net'
import { ReplyReader, type ReplySink } from './wire/reply-reader.ts'
import type { WireHead } from './wire/reply-head-text.ts'

/** What becomes of a request on its way; nothing is told after `destroy`, the end of the answer, or an error. */
export interface UpstreamEvents extends Omit<ReplySink, 'onUpgrade' | 'onInvalid'> {
  readonly onConnected: () => void
  /** What was refused by `write` has gone. */
  readonly onDrain: () => void
  /** All that one read brought has been told. */
  readonly onRead: () => void
  /** The connection is the caller's now. */
  readonly onUpgrade: (head: WireHead, socket: Socket, rest: Buffer) => void
  /** `INVALID` for an answer that is none, `ECONNRESET` for an end before the end of the answer, or what the system says. */
  readonly onError: (code: string) => void
}

/** One request's use of a connection. */
export interface Use {
  readonly events: UpstreamEvents
  readonly reader: ReplyReader
  /** Whether the connection had carried another request before. */
  readonly reused: boolean
  /** The request has been written to its end. */
  written: boolean
}

interface ConnectionOptions {
  readonly socketPath: string
  /** It may become a WebSocket: then its bytes are for others to read. */
  readonly mayUpgrade: boolean
  /** It may carry another request; undefined for one that is for a single request. */
  readonly onIdle: ((connection: Connection) => void) | undefined
  readonly onClosed: (connection: Connection) => void
}

/** Every connection reads into it: a read is told to its end before the next one begins, and whoever keeps bytes copies them. */
const readBuffer = Buffer.allocUnsafeSlow(65_536)
/** The code for what is no HTTP. */
export const INVALID = 'INVALID'
/** How long a micro may take to read the rest of a request that it has answered. */
const REST_MS = 10_000

/** A connection to a micro's socket, with one request at a time. */
export class Connection {
  readonly socket: Socket
  readonly #options: ConnectionOptions
  #use: Use | undefined
  connected = false
  idleSinceMs = 0
  #reused = false

  /** One for all requests of the connection. */
  readonly #sink: ReplySink = {
    onInformation: (reply) => this.#use?.events.onInformation(reply),
    onHead: (reply) => this.#use?.events.onHead(reply),
    onData: (bytes) => this.#use?.events.onData(bytes),
    onEnd: (trailers) => this.#use?.events.onEnd(trailers),
    onUpgrade: (reply, rest) => {
      const use = this.#use
      use?.events.onUpgrade(reply, this.#release(), rest)
    },
    onInvalid: () => this.#fail(INVALID),
  }

  constructor(options: ConnectionOptions) {
    this.#options = options
    const onread = {
      buffer: readBuffer,
      callback: (count: number): boolean => {
        this.#onBytes(readBuffer.subarray(0, count))
        return true
      },
    }
    this.socket = new PatientSocket(options.mayUpgrade ? {} : { onread })
    const { socket } = this
    if (options.mayUpgrade) socket.on('data', this.#onBytes)
    socket.on('connect', this.#onConnect)
    socket.on('drain', this.#onDrain)
    socket.on('end', this.#onEnd)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
    socket.connect({ path: options.socketPath })
  }

  /** Whether neither side has ended it, as far as is known. */
  get open(): boolean {
    return !this.socket.destroyed && this.socket.writable && !this.socket.readableEnded
  }

  get use(): Use | undefined {
    return this.#use
  }

  /** Sends the head of a request; what becomes of it is told to `events`. */
  begin(
    head: string,
    events: UpstreamEvents,
    expected: { readonly bodiless: boolean; readonly headBytes: number },
  ): Use {
    const reader = new ReplyReader(this.#sink, expected)
    const use: Use = { events, reader, reused: this.#reused, written: false }
    this.#use = use
    this.socket.write(head, 'latin1')
    return use
  }

  /** The request ends unanswered, and the connection with it. */
  abandon(): void {
    this.#use?.reader.stop()
    this.#use = undefined
    this.socket.destroy()
  }

  readonly #onBytes = (bytes: Buffer): void => {
    const use = this.#use
    // Said without being asked: it would be read as the answer to the next request.
    if (use === undefined) {
      this.socket.destroy()
      return
    }
    use.reader.take(bytes)
    if (this.#use !== use) return
    if (use.reader.ended) this.#finish(use)
    else use.events.onRead()
  }

  #finish({ reader, written }: Use): void {
    this.#use = undefined
    const { socket } = this
    const { onIdle } = this.#options
    if (onIdle !== undefined && reader.reusable && written && this.open) {
      this.#reused = true
      if (socket.isPaused()) socket.resume()
      onIdle(this)
      return
    }
    if (socket.writableLength === 0) socket.destroy()
    else {
      socket.end()
      socket.setTimeout(REST_MS, () => socket.destroy())
    }
  }

  /** Hands the socket over as if nobody had ever listened to it. */
  #release(): Socket {
    const { socket } = this
    this.#use = undefined
    socket.removeListener('data', this.#onBytes)
    socket.removeListener('drain', this.#onDrain)
    socket.removeListener('end', this.#onEnd)
    socket.removeListener('error', this.#onError)
    return socket
  }

  #fail(code: string): void {
    const use = this.#use
    this.#use = undefined
    use?.reader.stop()
    this.socket.destroy()
    use?.events.onError(code)
  }

  readonly #onConnect = (): void => {
    this.connected = true
    this.#use?.events.onConnected()
  }

  readonly #onDrain = (): void => {
    this.#use?.events.onDrain()
  }

  readonly #onEnd = (): void => {
    const use = this.#use
    if (use?.reader.end() === true) {
      if (this.#use === use) this.#finish(use)
    } else this.#fail('ECONNRESET')
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.#fail(error.code ?? 'ECONNRESET')
  }

  readonly #onClose = (): void => {
    this.#fail('ECONNRESET')
    this.#options.onClosed(this)
  }
}
