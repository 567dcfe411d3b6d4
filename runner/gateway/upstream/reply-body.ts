import type { ServerResponse } from 'node:http'

interface ReplyOptions {
  /** Infinity for a stream that may go on. */
  readonly maximumBytes: number
  /** The body may be long in coming, so that its head goes ahead; one of known length takes its head along in one write. */
  readonly mayLinger: boolean
  readonly onProgress: () => void
  /** The client does not read: nothing more is wanted until `onUnblocked`. */
  readonly onBlocked: () => void
  readonly onUnblocked: () => void
  readonly onTooLarge: () => void
}

/** Up to this size the whole answer is written at once, as one string: one write costs less than two, and a string less than a buffer. */
const SMALL_BYTES = 4096

/**
 * Streams a micro's answer to the client with back-pressure and counts it. A class, as is all that each request has one of: what an object literal
 * with a getter leads to stays until the next full garbage collection, since V8 puts the pair of getter and setter among its old objects.
 */
export class ReplyPump {
  readonly #response: ServerResponse
  readonly #options: ReplyOptions
  #blocked = false
  #blockedMs = 0
  #blockedSinceMs = 0
  #bytes = 0
  /** The beginning of a body, which may be all of it. */
  #first: string | undefined

  constructor(response: ServerResponse, options: ReplyOptions) {
    this.#response = response
    this.#options = options
  }

  /** Whether the client, and not the micro, is what the answer waits for. */
  get blocked(): boolean {
    return this.#blocked
  }

  /** For how long it was, in ms. */
  get blockedMs(): number {
    return this.#blocked ? this.#blockedMs + performance.now() - this.#blockedSinceMs : this.#blockedMs
  }

  /** @param bytes hold until the call returns. */
  take(bytes: Buffer): void {
    const isFirst = this.#bytes === 0
    this.#bytes += bytes.length
    if (this.#bytes > this.#options.maximumBytes) {
      this.#options.onTooLarge()
      return
    }
    if (isFirst && bytes.length <= SMALL_BYTES) {
      this.#first = bytes.toString('latin1')
      return
    }
    this.#writeFirst()
    this.#options.onProgress()
    if (!this.#response.write(Buffer.from(bytes))) this.#wait()
  }

  /** Nothing more is here for now: what was held back goes. */
  flush(): void {
    this.#options.onProgress()
    if (this.#bytes === 0 && this.#options.mayLinger) setImmediate(flushHead, this.#response)
    else this.#writeFirst()
  }

  end(): void {
    if (this.#first === undefined) this.#response.end()
    else this.#response.end(this.#first, 'latin1')
  }

  #writeFirst(): void {
    const text = this.#first
    if (text === undefined) return
    this.#first = undefined
    if (!this.#response.write(text, 'latin1')) this.#wait()
  }

  #wait(): void {
    if (this.#blocked) return
    this.#blocked = true
    this.#blockedSinceMs = performance.now()
    this.#options.onBlocked()
    this.#response.once('drain', () => {
      this.#blocked = false
      this.#blockedMs += performance.now() - this.#blockedSinceMs
      this.#options.onProgress()
      this.#options.onUnblocked()
    })
  }
}

function flushHead(response: ServerResponse): void {
  if (response.writableEnded || response.destroyed) return
  response.flushHeaders()
}
