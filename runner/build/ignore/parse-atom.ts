import { PatternError, type Atom } from '../../../contract/pattern/pattern.ts'

/** Where in an expression we are. */
export interface Cursor {
  readonly text: string
  at: number
}

type Test = (character: string) => boolean

const perl: Readonly<Record<string, Test>> = {
  d: (c) => /^[0-9]$/.test(c),
  w: (c) => /^[0-9A-Za-z_]$/.test(c),
  s: (c) => /^[\t\n\f\r ]$/.test(c),
}
/** A map, because strangers choose the names that are looked for. */
const posix: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    alnum: /^[0-9A-Za-z]$/,
    alpha: /^[A-Za-z]$/,
    blank: /^[\t ]$/,
    digit: /^[0-9]$/,
    lower: /^[a-z]$/,
    punct: /^[!-/:-@[-`{-~]$/,
    space: /^[\t\n\v\f\r ]$/,
    upper: /^[A-Z]$/,
    word: /^[0-9A-Za-z_]$/,
    xdigit: /^[0-9A-Fa-f]$/,
  }),
)
const controls: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v' }

/** One character, class or anchor. @throws PatternError */
export function readAtom(cursor: Cursor): Atom {
  const character = next(cursor)
  switch (character) {
    case '^':
      return { kind: 'start' }
    case '$':
      return { kind: 'end' }
    case '.':
      return { kind: 'character', matches: (c) => c !== '\n', cost: 1 }
    case '[':
      return readClass(cursor)
    case '\\':
      return readEscape(cursor)
    case '*':
    case '+':
    case '?':
      throw new PatternError(`there is nothing for "${character}" to repeat`)
    default:
      return literal(character)
  }
}

function readEscape(cursor: Cursor): Atom {
  const character = next(cursor)
  if (character === 'A') return { kind: 'start' }
  if (character === 'z') return { kind: 'end' }
  const matches = classTest(character)
  return matches === undefined ? literal(escaped(character)) : { kind: 'character', matches, cost: 1 }
}

function classTest(letter: string): Test | undefined {
  const test = perl[letter.toLowerCase()]
  if (test === undefined) return undefined
  return letter === letter.toLowerCase() ? test : (c) => !test(c)
}

/** Punctuation stands for itself; a letter that we do not know could mean anything. */
function escaped(character: string): string {
  const control = controls[character]
  if (control !== undefined) return control
  if (/^[0-9A-Za-z]$/.test(character)) throw new PatternError(`"\\${character}" is not known`)
  return character
}

/** What follows a `[`; a `]` in the first place is one of its characters. */
function readClass(cursor: Cursor): Atom {
  const negated = cursor.text[cursor.at] === '^'
  if (negated) cursor.at += 1
  const tests: Test[] = []
  for (let first = true; first || cursor.text[cursor.at] !== ']'; first = false) tests.push(readMember(cursor))
  cursor.at += 1
  return { kind: 'character', matches: (c) => tests.some((test) => test(c)) !== negated, cost: tests.length }
}

function readMember(cursor: Cursor): Test {
  const named = /^\[:(\^?)(\w+):\]/.exec(cursor.text.slice(cursor.at, cursor.at + 16))
  if (named !== null) {
    cursor.at += named[0].length
    const test = posix.get(named[2] ?? '')
    if (test === undefined) throw new PatternError(`${named[0]} is not known`)
    return (c) => test.test(c) !== (named[1] === '^')
  }
  const from = next(cursor)
  if (from === '\\') {
    const test = classTest(cursor.text[cursor.at] ?? '')
    if (test !== undefined) {
      cursor.at += 1
      return test
    }
  }
  const low = from === '\\' ? escaped(next(cursor)) : from
  if (cursor.text[cursor.at] !== '-' || cursor.text[cursor.at + 1] === ']') return (c) => c === low
  cursor.at += 1
  const end = next(cursor)
  const high = end === '\\' ? escaped(next(cursor)) : end
  if (high < low) throw new PatternError(`${low}-${high} is the wrong way round`)
  return (c) => c >= low && c <= high
}

function literal(character: string): Atom {
  return { kind: 'character', matches: (c) => c === character, cost: 1, literal: character }
}

/** Whole characters, as Go counts them. */
function next(cursor: Cursor): string {
  const point = cursor.text.codePointAt(cursor.at)
  if (point === undefined) throw new PatternError('it ends in the middle of something')
  const character = String.fromCodePoint(point)
  cursor.at += character.length
  return character
}
