import { readFieldLines } from './reply-head-text.ts'

interface ChunkSink {
  readonly onData: (bytes: Buffer) => void
  readonly onEnd: (trailers: readonly string[]) => void
}

/** A chunk's size in hexadecimal digits and its extensions (RFC 9112 section 7.1.1), which nobody needs. */
const SIZE_LINE =
  /^([\da-f]{1,12})(?:;[\w!#$%&'*+.^`|~-]+(?:=(?:[\w!#$%&'*+.^`|~-]+|"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)*$/i
const SIZE_LINE_BYTES = 4096
const CR = 13
const LF = 10

/** Undoes the chunks of one answer (RFC 9112 section 7.1). */
export class ChunkReader {
  readonly #sink: ChunkSink
  readonly #trailerBytes: number
  #state: 'size' | 'data' | 'data-end' | 'trailers' | 'ended' = 'size'
  /** Bytes of the current chunk that are still to come. */
  #left = 0
  /** The beginning of a line, or of the trailers, whose end has not come yet. */
  #text = ''

  constructor(sink: ChunkSink, trailerBytes: number) {
    this.#sink = sink
    this.#trailerBytes = trailerBytes
  }

  get ended(): boolean {
    return this.#state === 'ended'
  }

  /**
   * Takes bytes from an index; gives the index behind the last one that belongs to the answer.
   *
   * @returns undefined for bytes that are no chunks.
   */
  take(bytes: Buffer, from: number): number | undefined {
    let at: number | undefined = from
    while (at !== undefined && at < bytes.length && this.#state !== 'ended') {
      if (this.#state === 'data') at = this.#takeData(bytes, at)
      else if (this.#state === 'trailers') at = this.#takeTrailers(bytes, at)
      else at = this.#takeLine(bytes, at)
    }
    return at
  }

  #takeData(bytes: Buffer, from: number): number {
    const end = Math.min(bytes.length, from + this.#left)
    this.#left -= end - from
    if (this.#left === 0) this.#state = 'data-end'
    this.#sink.onData(bytes.subarray(from, end))
    return end
  }

  /** Either a chunk's size, or the empty line behind a chunk. */
  #takeLine(bytes: Buffer, from: number): number | undefined {
    const found = bytes.indexOf(LF, from)
    const end = found === -1 ? bytes.length : found
    const limit = this.#state === 'size' ? SIZE_LINE_BYTES : 1
    if (this.#text.length + end - from > limit) return undefined
    this.#text += bytes.toString('latin1', from, end)
    if (found === -1) return end
    if (this.#text.charCodeAt(this.#text.length - 1) !== CR) return undefined
    const line = this.#text.slice(0, -1)
    this.#text = ''
    if (this.#state === 'data-end') this.#state = 'size'
    else {
      const size = SIZE_LINE.exec(line)?.[1]
      if (size === undefined) return undefined
      this.#left = Number.parseInt(size, 16)
      this.#state = this.#left === 0 ? 'trailers' : 'data'
    }
    return end + 1
  }

  /** Everything up to the empty line. */
  #takeTrailers(bytes: Buffer, from: number): number | undefined {
    const known = this.#text.length
    const text = this.#text + bytes.toString('latin1', from, from + this.#trailerBytes + 4)
    const empty = text.startsWith('\r\n')
    const found = empty ? 0 : text.indexOf('\r\n\r\n', Math.max(0, known - 3))
    if (found === -1) {
      this.#text = text
      return text.length > this.#trailerBytes || isBroken(text) ? undefined : bytes.length
    }
    const trailers = empty ? [] : readFieldLines(text.slice(0, found), 0)
    if (trailers === undefined || trailers.some((name, at) => at % 2 === 0 && isLength(name))) return undefined
    this.#state = 'ended'
    this.#sink.onEnd(trailers)
    return from + found + (empty ? 2 : 4) - known
  }
}

/** A length behind the body that it should have announced: somebody may believe it. */
function isLength(name: string): boolean {
  return name.toLowerCase() === 'content-length'
}

/**
 * Whether bytes that no head may have are in the text, so that there is no need to wait for its end. A line feed at its beginning was judged
 * by what stood before it.
 */
export function isBroken(text: string): boolean {
  return /[^\t\r\n\x20-\x7e\x80-\xff]|(?<!^|\r)\n|\r(?!\n|$)/.test(text)
}
