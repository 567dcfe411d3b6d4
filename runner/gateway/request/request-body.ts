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

/** A request body on its way to the micro. */
export interface BodyPump {
  /** Whether all of it has been passed on. */
  readonly complete: boolean
  /** Whether the client, and not the micro, is what the body waits for. */
  readonly starved: boolean
  readonly start: (sink: BodySink) => void
  readonly drained: () => void
  readonly stop: () => void
}

/** Streams the body with back-pressure and counts it; nothing is read before `start`. */
export function pumpRequestBody(call: Call, options: PumpOptions): BodyPump {
  const { request, response, head } = call
  let complete = head.body.kind === 'none'
  let blocked = false
  let bytes = 0
  let sink: BodySink | undefined

  const onData = (chunk: Buffer): void => {
    options.onProgress()
    bytes += chunk.length
    if (bytes > options.maximumBytes) {
      options.onTooLarge()
      return
    }
    if (sink?.write(chunk) !== false) return
    blocked = true
    request.pause()
  }
  const onEnd = (): void => {
    complete = true
    options.onProgress()
    sink?.end(passableTrailers(request.rawTrailers, options.maximumTrailers))
  }

  return {
    get complete() {
      return complete
    },
    get starved() {
      return !complete && !blocked
    },
    start(to) {
      sink = to
      if (call.expectsContinue) response.writeContinue()
      request.on('data', onData)
      request.once('end', onEnd)
    },
    drained() {
      if (!blocked) return
      blocked = false
      options.onProgress()
      request.resume()
    },
    stop() {
      request.removeListener('data', onData)
      request.removeListener('end', onEnd)
    },
  }
}
