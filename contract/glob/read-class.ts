import { PatternError, type Pattern } from '../pattern/pattern.ts'

/** Where in a glob we are. */
export interface Cursor {
  readonly text: string
  at: number
}

interface Range {
  readonly low: string
  readonly high: string
}

/**
 * `[a-z_]`, or `[!a-z]` for all others; a `]` in the first place is one of its characters. None of them is ever a `/`.
 *
 * @throws PatternError
 */
export function readClass(cursor: Cursor): Pattern {
  const characters = Array.from(cursor.text.slice(cursor.at + 1))
  const negated = characters[0] === '!' || characters[0] === '^'
  const first = negated ? 1 : 0
  const end = characters.indexOf(']', first + 1)
  if (end < 0) throw new PatternError('has a "[" without its "]"')
  const ranges = readRanges(characters.slice(first, end))
  cursor.at += 1 + characters.slice(0, end + 1).join('').length
  const matches = (one: string): boolean =>
    one !== '/' && ranges.some(({ low, high }) => one >= low && one <= high) !== negated
  return { kind: 'character', matches, cost: ranges.length }
}

function readRanges(characters: readonly string[]): Range[] {
  const ranges: Range[] = []
  for (let at = 0; at < characters.length; at += 1) {
    const low = characters[at] ?? ''
    const high = characters[at + 1] === '-' ? characters[at + 2] : undefined
    if (high === undefined) {
      ranges.push({ low, high: low })
      continue
    }
    if (high < low) throw new PatternError(`has ${low}-${high} the wrong way round`)
    ranges.push({ low, high })
    at += 2
  }
  return ranges
}
