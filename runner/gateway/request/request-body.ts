import type { Call } from './call.ts'
import { passableTrailers } from './trailers.ts'

/** Where a body goes. */
interface BodySink {
  /** @returns false when the next piece is to wait until the pump hears `drained`. */
  readonly write: (bytes: Buffer) => boolean
  readonly end: (trailers: readonly (readonly [string, string])[]) => void
}

interface PumpOptions {
  readonly maximumBytes: number
  readonly maximumTrailers: number
  readonly onProgress: () => void
  readonly onTooLarge: () => void
}

/** A request body on its way to the micro, with back-pressure and counted; nothing is read before `start`. */
export class BodyPump {
  readonly #call: Call
  readonly #options: PumpOptions
  #complete: boolean
  #blocked = false
  #bytes = 0
  #sink: BodySink | undefined

  constructor(call: Call, options: PumpOptions) {
    this.#call = call
    this.#options = options
    this.#complete = call.head.body.kind === 'none'
  }

  /** Whether all of it has been passed on. */
  get complete(): boolean {
    return this.#complete
  }

  /** Whether the client, and not the micro, is what the body waits for. */
  get starved(): boolean {
    return !this.#complete && !this.#blocked
  }

  start(to: BodySink): void {
    const { request, response, expectsContinue } = this.#call
    this.#sink = to
    if (expectsContinue) response.writeContinue()
    request.on('data', this.#onData)
    request.once('end', this.#onEnd)
  }

  drained(): void {
    if (!this.#blocked) return
    this.#blocked = false
    this.#options.onProgress()
    this.#call.request.resume()
  }

  stop(): void {
    if (this.#sink === undefined) return
    const { request } = this.#call
    request.removeListener('data', this.#onData)
    request.removeListener('end', this.#onEnd)
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#options.onProgress()
    this.#bytes += chunk.length
    if (this.#bytes > this.#options.maximumBytes) {
      this.#options.onTooLarge()
      return
    }
    if (this.#sink?.write(chunk) !== false) return
    this.#blocked = true
    this.#call.request.pause()
  }

  readonly #onEnd = (): void => {
    this.#complete = true
    this.#options.onProgress()
    this.#sink?.end(passableTrailers(this.#call.request.rawTrailers, this.#options.maximumTrailers))
  }
}
