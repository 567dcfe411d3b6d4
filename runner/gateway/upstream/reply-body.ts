import type { IncomingMessage, ServerResponse } from 'node:http'

interface ReplyOptions {
  /** Infinity for a stream that may go on. */
  readonly maximumBytes: number
  readonly onProgress: () => void
  readonly onEnd: () => void
  /** It broke off: the rest will not come. */
  readonly onBroken: () => void
  readonly onTooLarge: () => void
}

export interface ReplyPump {
  /** Whether the client, and not the micro, is what the answer waits for. */
  readonly blocked: boolean
}

/** Streams a micro's answer to the client with back-pressure and counts it. */
export function pumpReply(reply: IncomingMessage, response: ServerResponse, options: ReplyOptions): ReplyPump {
  let blocked = false
  let bytes = 0
  const onDrain = (): void => {
    blocked = false
    options.onProgress()
    reply.resume()
  }
  reply.on('data', (chunk: Buffer) => {
    options.onProgress()
    bytes += chunk.length
    if (bytes > options.maximumBytes) {
      options.onTooLarge()
      return
    }
    if (response.write(chunk)) return
    blocked = true
    reply.pause()
    response.once('drain', onDrain)
  })
  reply.once('end', options.onEnd)
  reply.once('error', options.onBroken)
  return {
    get blocked() {
      return blocked
    },
  }
}
