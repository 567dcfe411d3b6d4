/** What stands in the place of bytes that are no UTF-8. */
const REPLACEMENT = 0xfffd

export interface Utf8Reader {
  /**
   * Takes one byte, and calls `onCode` with each code point that it completes: none in the middle of a character, two when it shows that
   * the bytes before it were none.
   */
  take(byte: number): void
  /** Whether the bytes so far end within a character. */
  isWithin(): boolean
  /** A character that was begun will not be completed. */
  cut(): void
}

/** Reads UTF-8 a byte at a time, so that the place in the bytes is known at each character; whatever is wrong becomes U+FFFD. */
export function createUtf8Reader(onCode: (code: number) => void): Utf8Reader {
  let code = 0
  let missing = 0
  let least = 0
  const begin = (byte: number) => {
    if (byte < 0x80) return onCode(byte)
    if (byte >= 0xc2 && byte <= 0xdf) [code, missing, least] = [byte & 0x1f, 1, 0x80]
    else if (byte >= 0xe0 && byte <= 0xef) [code, missing, least] = [byte & 0x0f, 2, 0x800]
    else if (byte >= 0xf0 && byte <= 0xf4) [code, missing, least] = [byte & 0x07, 3, 0x1_0000]
    else onCode(REPLACEMENT)
  }
  const cut = () => {
    if (missing === 0) return
    missing = 0
    onCode(REPLACEMENT)
  }
  return {
    isWithin: () => missing > 0,
    cut,
    take(byte) {
      if (missing === 0) return begin(byte)
      if ((byte & 0xc0) !== 0x80) {
        cut()
        return begin(byte)
      }
      code = (code << 6) | (byte & 0x3f)
      missing -= 1
      if (missing > 0) return
      const isSurrogate = code >= 0xd800 && code <= 0xdfff
      onCode(code < least || code > 0x10_ffff || isSurrogate ? REPLACEMENT : code)
    },
  }
}
