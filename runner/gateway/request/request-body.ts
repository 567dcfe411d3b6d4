import type { ClientRequest } from 'node:http'
import type { Call } from './call.ts'
import { passableTrailers } from './trailers.ts'

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
  readonly start: () => void
  readonly stop: () => void
}

/** Streams the body with back-pressure and counts it; nothing is read before `start`. */
export function pumpRequestBody(call: Call, upstream: ClientRequest, options: PumpOptions): BodyPump {
  const { request, response, head } = call
  let complete = head.body.kind === 'none'
  let blocked = false
  let bytes = 0

  const onData = (chunk: Buffer): void => {
    options.onProgress()
    bytes += chunk.length
    if (bytes > options.maximumBytes) {
      options.onTooLarge()
      return
    }
    if (upstream.write(chunk)) return
    blocked = true
    request.pause()
  }
  const onDrain = (): void => {
    blocked = false
    options.onProgress()
    request.resume()
  }
  const onEnd = (): void => {
    complete = true
    options.onProgress()
    // Only behind chunks; Node's client would refuse them elsewhere.
    if (head.body.kind === 'chunked' && request.rawTrailers.length > 0) {
      upstream.addTrailers(passableTrailers(request.rawTrailers, options.maximumTrailers))
    }
    upstream.end()
  }

  return {
    get complete() {
      return complete
    },
    get starved() {
      return !complete && !blocked
    },
    start() {
      if (call.expectsContinue) response.writeContinue()
      request.on('data', onData)
      request.once('end', onEnd)
      upstream.on('drain', onDrain)
    },
    stop() {
      request.removeListener('data', onData)
      request.removeListener('end', onEnd)
      upstream.removeListener('drain', onDrain)
    },
  }
}
