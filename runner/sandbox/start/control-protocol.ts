/** What init says, one a line. */
export type InitMessage =
  | { readonly kind: 'hello' | 'loaded' | 'adopted' | 'imported' | 'parked' | 'unfit' | 'listening' }
  | { readonly kind: 'failed'; readonly text: string }

/** A `failed` line carries at most 8 KB of text, and escapes may double it. */
export const MAX_LINE_BYTES = 17 * 1024

/** @returns undefined for a line that no init sends. */
export function parseInitLine(line: string): InitMessage | undefined {
  switch (line) {
    case 'hello':
    case 'loaded':
    case 'adopted':
    case 'imported':
    case 'parked':
    case 'unfit':
    case 'listening':
      return { kind: line }
    default:
      return line.startsWith('failed ')
        ? { kind: 'failed', text: unescapeText(line.slice('failed '.length)) }
        : undefined
  }
}

export interface StartMessage {
  /** A `cell` is a loader that is told its app later, by another message. */
  readonly mode: 'loader' | 'command' | 'cell'
  readonly argv: readonly string[]
  /** The complete environment of the app's process. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * `start <bytes>\n`, or `adopt` for a cell that waits for its app, and the bytes: NUL-terminated strings, being the mode, the number of arguments, these, and then `KEY=VALUE` each.
 * A NUL cannot stand in an argument or an environment entry (execve(2)); everything after it in its value is left out.
 */
export function encodeStart({ mode, argv, env }: StartMessage, word: 'start' | 'adopt' = 'start'): Buffer {
  const entries = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const strings = [mode, String(argv.length), ...argv, ...entries]
  const body = Buffer.from(strings.map((text) => `${text.split('\0', 1)[0] ?? ''}\0`).join(''), 'utf8')
  return Buffer.concat([Buffer.from(`${word} ${body.length}\n`), body])
}

function unescapeText(text: string): string {
  return text.replace(/\\(n|\\)/g, (_, what: string) => (what === 'n' ? '\n' : '\\'))
}
