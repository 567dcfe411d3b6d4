import { plainRuns } from '../../../web/log/row-buffer.ts'
import { rowHtml, rowText } from '../../../web/log/row-html.ts'
import { createTerminal, type Row } from '../../../web/log/terminal.ts'

/** Past this much HTML a log goes on without its colours: escapes on every character make ten bytes of one. */
const MOST_COLOURED_CHARACTERS = 4 * 1024 * 1024

/** It is sent again with each change of it. */
const MOST_TAIL_CHARACTERS = 16 * 1024

export type Redact = (text: string) => string

export interface RenderedRow {
  readonly html: string
  readonly endByte: number
}

export interface Rendering {
  /** What came next of the log, cut anywhere; gives the rows that are complete now. */
  write(bytes: Uint8Array): RenderedRow[]
  /** HTML of the row that is under way. */
  tail(): string
  readonly takenBytes: number
}

/** A log as HTML, a row at a time. Secrets are looked for in what is to be seen: escape sequences do not hide one. */
export function createRendering(redact: Redact): Rendering {
  const terminal = createTerminal()
  let coloured = 0
  const render = (row: Row): string => {
    const text = rowText(row.runs)
    const clean = redact(text)
    const isPlain = clean !== text || coloured > MOST_COLOURED_CHARACTERS
    return isPlain ? plain(clean) : rowHtml(row.runs)
  }
  return {
    write(bytes) {
      return terminal.write(bytes).map((row) => {
        const html = render(row)
        coloured += html.length
        return { html, endByte: row.endByte }
      })
    },
    tail() {
      const row = terminal.rest()
      const html = render(row)
      return html.length > MOST_TAIL_CHARACTERS ? plain(redact(rowText(row.runs))) : html
    },
    get takenBytes() {
      return terminal.takenBytes
    },
  }
}

function plain(text: string): string {
  return rowHtml(plainRuns(text))
}

/** A log as plain text, as a terminal would show it; rows that were too long are one line again. */
export function renderText(bytes: Uint8Array, redact: Redact): string {
  const terminal = createTerminal()
  const rows = [...terminal.write(bytes), terminal.rest()]
  const text = rows.map((row, at) => {
    const end = row.isWrapped || at === rows.length - 1 ? '' : '\n'
    return redact(rowText(row.runs)) + end
  })
  return text.join('')
}
