const CLOSE = 8
const LENGTH_16 = 126
const LENGTH_64 = 127

/** Follows the frames in one direction of a WebSocket (RFC 6455 section 5.2), to know where one ends; it holds none of them. */
export class FrameReader {
  readonly #head: number[] = []
  /** Bytes of the current frame's payload that are still to come; undefined until its head is whole. */
  #left: number | undefined
  #closed = false

  /** Whether the bytes so far end with a frame, so that another may be put behind them. */
  get whole(): boolean {
    return this.#head.length === 0
  }

  /** Whether a close frame has passed: nothing may follow it. */
  get closed(): boolean {
    return this.#closed
  }

  take(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at = this.takeFrame(bytes, at)
  }

  /** Takes what belongs to the current frame; gives the index behind it. */
  takeFrame(bytes: Uint8Array, from: number): number {
    let at = from
    while (this.#left === undefined && at < bytes.length) {
      this.#head.push(bytes[at] ?? 0)
      at += 1
      this.#left = payloadOf(this.#head)
    }
    if (this.#left === undefined) return at
    const taken = Math.min(this.#left, bytes.length - at)
    this.#left -= taken
    if (this.#left === 0) this.#finish()
    return at + taken
  }

  #finish(): void {
    if (((this.#head[0] ?? 0) & 0x0f) === CLOSE) this.#closed = true
    this.#head.length = 0
    this.#left = undefined
  }
}

/** Length of the payload, or undefined while its head is not whole. */
function payloadOf(head: readonly number[]): number | undefined {
  const second = head[1]
  if (second === undefined) return undefined
  const short = second & 0x7f
  const lengthBytes = short === LENGTH_16 ? 2 : short === LENGTH_64 ? 8 : 0
  if (head.length < 2 + lengthBytes + (second >= 0x80 ? 4 : 0)) return undefined
  if (lengthBytes === 0) return short
  let length = 0
  for (const byte of head.slice(2, 2 + lengthBytes)) length = length * 256 + byte
  return length
}
