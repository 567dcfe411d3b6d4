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

export interface ReplyPump {
  /** Whether the client, and not the micro, is what the answer waits for. */
  readonly blocked: boolean
  /** For how long it was, in ms. */
  readonly blockedMs: number
  /** Bytes that hold until the call returns. */
  readonly take: (bytes: Buffer) => void
  /** Nothing more is here for now: what was held back goes. */
  readonly flush: () => void
  readonly end: () => void
}

/** Up to this size the whole answer is written at once, as one string: one write costs less than two, and a string less than a buffer. */
const SMALL_BYTES = 4096

/** Streams a micro's answer to the client with back-pressure and counts it. */
export function pumpReply(response: ServerResponse, options: ReplyOptions): ReplyPump {
  let blocked = false
  let blockedMs = 0
  let blockedSinceMs = 0
  let bytes = 0
  /** The beginning of a body, which may be all of it. */
  let first: string | undefined
  const onDrain = (): void => {
    blocked = false
    blockedMs += performance.now() - blockedSinceMs
    options.onProgress()
    options.onUnblocked()
  }
  const wait = (): void => {
    if (blocked) return
    blocked = true
    blockedSinceMs = performance.now()
    options.onBlocked()
    response.once('drain', onDrain)
  }
  const flush = (): void => {
    if (first === undefined) return
    const text = first
    first = undefined
    if (!response.write(text, 'latin1')) wait()
  }
  return {
    get blocked() {
      return blocked
    },
    get blockedMs() {
      return blocked ? blockedMs + performance.now() - blockedSinceMs : blockedMs
    },
    take(chunk) {
      const isFirst = bytes === 0
      bytes += chunk.length
      if (bytes > options.maximumBytes) {
        options.onTooLarge()
        return
      }
      if (isFirst && chunk.length <= SMALL_BYTES) {
        first = chunk.toString('latin1')
        return
      }
      flush()
      options.onProgress()
      if (!response.write(Buffer.from(chunk))) wait()
    },
    flush() {
      options.onProgress()
      if (bytes === 0 && options.mayLinger) setImmediate(flushHead, response)
      else flush()
    },
    end() {
      if (first === undefined) response.end()
      else response.end(first, 'latin1')
    },
  }
}

function flushHead(response: ServerResponse): void {
  if (response.writableEnded || response.destroyed) return
  response.flushHeaders()
}
