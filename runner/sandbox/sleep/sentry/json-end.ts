const [QUOTE, BACKSLASH, OPEN, CLOSE] = [0x22, 0x5c, 0x7b, 0x7d]

/** Finds where one JSON object ends in bytes that come in pieces, looking at each byte once. */
export interface JsonEnd {
  /** @returns how many bytes of this piece belong to the object, when it ends in it. */
  push(piece: Uint8Array): number | undefined
}

export function createJsonEnd(): JsonEnd {
  let depth = 0
  let inString = false
  let escaped = false
  return {
    push(piece) {
      for (let at = 0; at < piece.length; at += 1) {
        const byte = piece[at]
        if (escaped) escaped = false
        else if (inString) {
          if (byte === BACKSLASH) escaped = true
          else if (byte === QUOTE) inString = false
        } else if (byte === QUOTE) inString = true
        else if (byte === OPEN) depth += 1
        else if (byte === CLOSE) {
          depth -= 1
          if (depth === 0) return at + 1
        }
      }
      return undefined
    },
  }
}
