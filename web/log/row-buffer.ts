import { plainPen, type Pen } from './pen.ts'

/** The longest row; a longer line goes on in the next one, so that a line without end costs no more than many short ones. */
export const MOST_COLUMNS = 4096

/** Characters that follow each other and look alike. */
export interface Run {
  readonly text: string
  readonly pen: Pen
}

/** The cells of one row, in typed arrays that are used again: a log of escapes without end makes no garbage. */
export function createRowBuffer() {
  const codes = new Uint32Array(MOST_COLUMNS)
  const fg = new Uint32Array(MOST_COLUMNS)
  const bg = new Uint32Array(MOST_COLUMNS)
  const flags = new Uint8Array(MOST_COLUMNS)
  let column = 0
  let length = 0

  const looksLike = (one: number, other: number) =>
    fg[one] === fg[other] && bg[one] === bg[other] && flags[one] === flags[other]
  const runBetween = (from: number, to: number): Run => ({
    text: String.fromCodePoint(...codes.subarray(from, to)),
    pen: { fg: fg[from] ?? 0, bg: bg[from] ?? 0, flags: flags[from] ?? 0 },
  })
  return {
    get column() {
      return column
    },
    /** Writes at the cursor, over what stands there. */
    put(code: number, pen: Pen) {
      codes[column] = code
      fg[column] = pen.fg
      bg[column] = pen.bg
      flags[column] = pen.flags
      column += 1
      if (column > length) length = column
    },
    /** Within what was written: so a jump costs nothing, whatever its number. */
    moveTo(to: number) {
      column = Math.min(Math.max(0, to), length)
    },
    /** The sequences K and J: to the end of the line, or the whole of it, after which what comes next begins it. */
    erase(parameters: string) {
      if (parameters === '2' || parameters === '3') length = column = 0
      else if (parameters !== '1') length = column
    },
    runs(): Run[] {
      const runs: Run[] = []
      for (let from = 0, at = 1; at <= length; at += 1) {
        if (at < length && looksLike(at, from)) continue
        runs.push(runBetween(from, at))
        from = at
      }
      return runs
    },
    clear() {
      column = length = 0
    },
  }
}

/** A row that is nothing but this text. */
export function plainRuns(text: string): Run[] {
  return text === '' ? [] : [{ text, pen: plainPen }]
}
