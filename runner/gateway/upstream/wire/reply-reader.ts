import { ChunkReader, isBroken } from './chunk-reader.ts'
import { readReplyHeadText, type WireHead } from './reply-head-text.ts'

/** What is told of an answer while its bytes are read, in this order; bodies are views that hold until the call returns. */
export interface ReplySink {
  /** A head with a status from 100 to 199, but 101. */
  readonly onInformation: (head: WireHead) => void
  readonly onHead: (head: WireHead) => void
  readonly onData: (bytes: Buffer) => void
  readonly onEnd: (trailers: readonly string[]) => void
  /** Another protocol has begun, with these bytes. */
  readonly onUpgrade: (head: WireHead, rest: Buffer) => void
  /** What came is no HTTP. */
  readonly onInvalid: () => void
}

interface Expected {
  /** Whether the request was a HEAD: its answer has no body, whatever it announces. */
  readonly bodiless: boolean
  /** The largest head that is read, and the largest trailers. */
  readonly headBytes: number
}

const START = 'HTTP/1.'

/**
 * Reads the answer to one request from the bytes of a connection, as strictly as llhttp does (test/runner/gateway/upstream/wire compares
 * both). Nothing is told after `stop`, the end, or an error.
 */
export class ReplyReader {
  readonly #sink: ReplySink
  readonly #expected: Expected
  #state: 'head' | 'length' | 'chunked' | 'until-end' | 'ended' = 'head'
  #held: Buffer | undefined
  #left = 0
  #chunks: ChunkReader | undefined
  #keepAlive = false
  #surplus = false

  constructor(sink: ReplySink, expected: Expected) {
    this.#sink = sink
    this.#expected = expected
  }

  /** Whether the connection may carry another request: the answer is whole, nothing came behind it, and the micro leaves it open. */
  get reusable(): boolean {
    return this.#state === 'ended' && this.#keepAlive && !this.#surplus
  }

  get ended(): boolean {
    return this.#state === 'ended'
  }

  stop(): void {
    this.#state = 'ended'
    this.#keepAlive = false
  }

  take(bytes: Buffer): void {
    let at = 0
    let rest = bytes
    while (at < rest.length) {
      switch (this.#state) {
        case 'head': {
          const held = this.#held
          if (held !== undefined) {
            rest = Buffer.concat([held, rest.subarray(at)])
            at = 0
            this.#held = undefined
          }
          at = this.#takeHead(rest, { from: at, seen: held?.length ?? 0 })
          break
        }
        case 'length':
          at = this.#takeLength(rest, at)
          break
        case 'chunked':
          at = this.#takeChunks(rest, at)
          break
        case 'until-end':
          this.#sink.onData(at === 0 ? rest : rest.subarray(at))
          return
        case 'ended':
          this.#surplus = true
          return
      }
    }
  }

  /** The micro has ended its side. @returns whether the answer is whole. */
  end(): boolean {
    if (this.#state === 'until-end') this.#finish([])
    return this.#state === 'ended'
  }

  #takeHead(bytes: Buffer, of: { readonly from: number; readonly seen: number }): number {
    const { from, seen } = of
    const found = bytes.indexOf('\r\n\r\n', Math.max(from, seen - 3), 'latin1')
    const end = found === -1 ? bytes.length : found
    if (end - from > this.#expected.headBytes) return this.#fail(bytes)
    if (found === -1) {
      const text = bytes.toString('latin1', Math.max(from, seen - 1))
      if (!isStart(bytes, from) || isBroken(text)) return this.#fail(bytes)
      // A copy: what it was read into is used again.
      this.#held = Buffer.from(bytes.subarray(from))
      return bytes.length
    }
    const head = readReplyHeadText(bytes.toString('latin1', from, end))
    if (head === undefined) return this.#fail(bytes)
    return this.#onHead(head, bytes, end + 4)
  }

  #onHead(head: WireHead, bytes: Buffer, from: number): number {
    const { status, framing } = head
    if (status === 101) {
      if (!head.upgrade) return this.#fail(bytes)
      this.stop()
      this.#sink.onUpgrade(head, Buffer.from(bytes.subarray(from)))
      return bytes.length
    }
    if (status >= 100 && status < 200) {
      // It says that nothing follows.
      if (!head.keepAlive) return this.#fail(bytes)
      this.#sink.onInformation(head)
      return from
    }
    const bodiless = this.#expected.bodiless || status === 204 || status === 304
    // A body that lasts until the end of the connection leaves none behind. Not every server knows that none belongs behind an answer to
    // HEAD, nor behind a 204 that it announced one for: what comes of it late would be read as the answer to somebody else's request.
    const mayBeFollowed = this.#expected.bodiless || (bodiless && announcesBody(head))
    this.#keepAlive = head.keepAlive && !mayBeFollowed && (bodiless || framing.kind !== 'until-end')
    this.#state = framing.kind
    if (framing.kind === 'length') this.#left = framing.bytes
    this.#sink.onHead(head)
    if (bodiless || (framing.kind === 'length' && framing.bytes === 0)) this.#finish([])
    else if (framing.kind === 'chunked') this.#chunks = this.#chunkReader()
    return from
  }

  #takeLength(bytes: Buffer, from: number): number {
    const end = Math.min(bytes.length, from + this.#left)
    this.#left -= end - from
    this.#sink.onData(bytes.subarray(from, end))
    if (this.#left === 0) this.#finish([])
    return end
  }

  #takeChunks(bytes: Buffer, from: number): number {
    return this.#chunks?.take(bytes, from) ?? this.#fail(bytes)
  }

  #chunkReader(): ChunkReader {
    const onData = (piece: Buffer): void => {
      if (this.#state !== 'ended') this.#sink.onData(piece)
    }
    return new ChunkReader({ onData, onEnd: (trailers) => this.#finish(trailers) }, this.#expected.headBytes)
  }

  #finish(trailers: readonly string[]): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#sink.onEnd(trailers)
  }

  /** @returns the index behind everything. */
  #fail(bytes: Buffer): number {
    if (this.#state !== 'ended') {
      this.stop()
      this.#sink.onInvalid()
    }
    return bytes.length
  }
}

function announcesBody({ framing }: WireHead): boolean {
  return framing.kind === 'chunked' || (framing.kind === 'length' && framing.bytes > 0)
}

/** Whether bytes that are no whole head could become one. */
function isStart(bytes: Buffer, from: number): boolean {
  return START.startsWith(bytes.toString('latin1', from, from + START.length))
}
