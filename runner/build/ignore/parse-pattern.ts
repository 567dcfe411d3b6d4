import { PatternError, type Pattern } from '../../../contract/pattern/pattern.ts'
import { readAtom, type Cursor } from './parse-atom.ts'

const LONGEST = 1000
/** As in Go's package: https://pkg.go.dev/regexp/syntax */
const MOST_REPEATS = 1000
const DEEPEST = 100

/**
 * Reads the syntax that Deta's tool understood, which is Go's: POSIX operators, Perl's classes and groups, no back-references.
 *
 * @throws PatternError
 */
export function parsePattern(text: string): Pattern {
  if (text.length > LONGEST) throw new PatternError(`it is longer than ${LONGEST} characters`)
  const cursor: Cursor = { text, at: 0 }
  const pattern = readChoice(cursor, 0)
  if (cursor.at < text.length) throw new PatternError('there is a ")" too many')
  return pattern
}

function readChoice(cursor: Cursor, depth: number): Pattern {
  if (depth > DEEPEST) throw new PatternError('its groups are nested too deep')
  const options: Pattern[] = []
  do options.push(readSequence(cursor, depth))
  while (take(cursor, '|'))
  const [only] = options
  return options.length === 1 && only !== undefined ? only : { kind: 'choice', options }
}

function readSequence(cursor: Cursor, depth: number): Pattern {
  const parts: Pattern[] = []
  while (cursor.at < cursor.text.length && !'|)'.includes(cursor.text[cursor.at] ?? '')) {
    parts.push(readRepeated(cursor, depth))
  }
  return { kind: 'sequence', parts }
}

function readRepeated(cursor: Cursor, depth: number): Pattern {
  const one = take(cursor, '(') ? readGroup(cursor, depth) : readAtom(cursor)
  const times = readTimes(cursor)
  if (times === undefined) return one
  // Fewest or most makes no difference to whether it matches.
  take(cursor, '?')
  if (readTimes(cursor) !== undefined) throw new PatternError('an operator repeats another one')
  return { kind: 'repeat', of: one, ...times }
}

function readGroup(cursor: Cursor, depth: number): Pattern {
  const opening = /^\?(?:P?<\w+>|:)/.exec(cursor.text.slice(cursor.at, cursor.at + 64))?.[0]
  if (opening === undefined && cursor.text[cursor.at] === '?')
    throw new PatternError('its group is of a kind not known')
  cursor.at += opening?.length ?? 0
  const group = readChoice(cursor, depth + 1)
  if (!take(cursor, ')')) throw new PatternError('a ")" is missing')
  return group
}

/** `*`, `+`, `?`, `{2}`, `{2,}` or `{2,5}`; other braces stand for themselves. */
function readTimes(cursor: Cursor): { readonly least: number; readonly most: number } | undefined {
  if (take(cursor, '*')) return { least: 0, most: Infinity }
  if (take(cursor, '+')) return { least: 1, most: Infinity }
  if (take(cursor, '?')) return { least: 0, most: 1 }
  const braces = /^\{(\d{1,9})(,(\d{1,9})?)?\}/.exec(cursor.text.slice(cursor.at, cursor.at + 24))
  if (braces === null) return undefined
  cursor.at += braces[0].length
  const least = Number(braces[1])
  const most = braces[2] === undefined ? least : braces[3] === undefined ? Infinity : Number(braces[3])
  if (least > MOST_REPEATS || (most !== Infinity && most > MOST_REPEATS) || most < least) {
    throw new PatternError(`${braces[0]} is no count between 0 and ${MOST_REPEATS}`)
  }
  return { least, most }
}

function take(cursor: Cursor, character: string): boolean {
  if (cursor.text[cursor.at] !== character) return false
  cursor.at += 1
  return true
}
