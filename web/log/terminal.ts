import { isDeceptive } from './deceptive.ts'
import { createEscapeReader } from './escapes.ts'
import { plainPen, type Pen } from './pen.ts'
import { createRowBuffer, MOST_COLUMNS, type Run } from './row-buffer.ts'
import { applySgr } from './sgr.ts'
import { createUtf8Reader } from './utf8.ts'

const TAB_COLUMNS = 8

/** One line as a terminal would show it. */
export interface Row {
  readonly runs: readonly Run[]
  /** Where it ends in the log, in bytes: the next one begins there. */
  readonly endByte: number
  /** Whether it goes on in the next row, because it is too long for one. */
  readonly isWrapped: boolean
}

export interface Terminal {
  /** Takes what came next, cut anywhere, and returns the rows that are complete now and never change again. */
  write(bytes: Uint8Array): Row[]
  /** The row that is under way. */
  rest(): Row
  /** How many bytes were taken. */
  readonly takenBytes: number
}

/**
 * A terminal for logs, in time that grows with their length alone: colours and weights, carriage return, backspace, tab, erasing to the
 * end of the line, and the cursor's way within it. Every other sequence and control character is left out, and so are characters that make
 * a text look like another one; bytes that are no UTF-8 become U+FFFD.
 */
export function createTerminal(): Terminal {
  const row = createRowBuffer()
  let rows: Row[] = []
  let pen: Pen = plainPen
  let takenBytes = 0
  /** Where the character that is being read begins. */
  let beginByte = 0

  const complete = (endByte: number, isWrapped: boolean) => {
    rows.push({ runs: row.runs(), endByte, isWrapped })
    row.clear()
  }
  const put = (code: number) => {
    if (row.column >= MOST_COLUMNS) complete(beginByte, true)
    row.put(code, pen)
  }
  const onControl = (final: string, parameters: string) => {
    if (final === 'm') pen = applySgr(pen, parameters)
    else if (final === 'K' || final === 'J') row.erase(parameters)
    else if (final === 'G') row.moveTo(Math.max(0, Number(parameters || '1') - 1))
  }
  const escapes = createEscapeReader(onControl)
  const onCode = (code: number) => {
    if (code === 0x0a) {
      escapes.reset()
      complete(takenBytes, false)
    } else if (escapes.take(code)) return
    else if (code === 0x0d) row.moveTo(0)
    else if (code === 0x08) row.moveTo(row.column - 1)
    else if (code === 0x09) for (let i = TAB_COLUMNS - (row.column % TAB_COLUMNS); i > 0; i -= 1) put(0x20)
    else if (!isDeceptive(code)) put(code)
  }
  const utf8 = createUtf8Reader(onCode)
  return {
    get takenBytes() {
      return takenBytes
    },
    write(bytes) {
      for (const byte of bytes) {
        if (!utf8.isWithin()) beginByte = takenBytes
        takenBytes += 1
        utf8.take(byte)
      }
      const done = rows
      rows = []
      return done
    },
    rest: () => ({ runs: row.runs(), endByte: takenBytes, isWrapped: false }),
  }
}
