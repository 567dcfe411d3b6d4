/** Nothing that we understand is longer. */
const MOST_PARAMETERS = 64

const BEL = 0x07
const ESC = 0x1b

type State = 'text' | 'escape' | 'intermediate' | 'control' | 'string' | 'string-escape'

export interface EscapeReader {
  /** Takes one code point, and says whether it was part of an escape sequence. */
  take(code: number): boolean
  /** A line ended: no sequence goes on past it, so that an open one hides no more than its own line. */
  reset(): void
}

/**
 * Takes escape sequences out of text (ECMA-48, 5.3 and 5.4; strings that begin with OSC, DCS, SOS, PM and APC as xterm reads them).
 *
 * @param onControl gets the final byte and the parameters of each control sequence without a private mark, such as `m` and `1;31`.
 */
export function createEscapeReader(onControl: (final: string, parameters: string) => void): EscapeReader {
  let state: State = 'text'
  let parameters = ''

  const afterEscape = (code: number): State => {
    if (code === 0x5b) {
      parameters = ''
      return 'control'
    }
    if (code === 0x5d || code === 0x50 || code === 0x58 || code === 0x5e || code === 0x5f) return 'string'
    if (code >= 0x20 && code <= 0x2f) return 'intermediate'
    return 'text'
  }
  const inControl = (code: number): State => {
    if (code >= 0x20 && code <= 0x3f) {
      if (parameters.length < MOST_PARAMETERS) parameters += String.fromCharCode(code)
      return 'control'
    }
    const isWhole = parameters.length < MOST_PARAMETERS && /^[\d;:]*$/.test(parameters)
    if (code >= 0x40 && code <= 0x7e && isWhole) onControl(String.fromCharCode(code), parameters)
    return 'text'
  }

  return {
    reset() {
      state = 'text'
    },
    take(code) {
      switch (state) {
        case 'text':
          if (code !== ESC) return false
          state = 'escape'
          return true
        case 'escape':
          state = code === ESC ? 'escape' : afterEscape(code)
          return true
        case 'intermediate':
          if (code === ESC) state = 'escape'
          else if (code < 0x20 || code > 0x2f) state = 'text'
          return true
        case 'control':
          state = code === ESC ? 'escape' : inControl(code)
          return true
        case 'string':
          if (code === BEL) state = 'text'
          else if (code === ESC) state = 'string-escape'
          return true
        case 'string-escape':
          // ESC \ ends a string; any other sequence ends it as well, and begins.
          state = code === ESC ? 'escape' : afterEscape(code)
          return true
      }
    },
  }
}
