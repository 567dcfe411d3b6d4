import { PatternError, type Pattern } from '../pattern/pattern.ts'
import { readClass, type Cursor } from './read-class.ts'

/**
 * A glob as a pattern for paths from the repository's root: `*` and `?` stay within a folder, `**` goes through all below, `[a-z]` is one
 * character of a class, `{a,b}` a choice. A last part without any of `*?[` names a file, or a folder with everything in it.
 *
 * @throws PatternError whose message continues the sentence that the glob begins: `has a "[" without its "]"`.
 */
export function parseGlob(text: string): Pattern {
  checkPath(text)
  const path = tidy(text)
  if (path === '') return sequence(START)
  const cursor: Cursor = { text: path, at: 0 }
  const body = readSequence(cursor, { depth: 0, beginsPart: true })
  if (cursor.at < path.length) throw new PatternError('has a "}" without its "{"')
  return sequence(START, ...body, ...below(path), END)
}

const START: Pattern = { kind: 'start' }
const END: Pattern = { kind: 'end' }
const SLASH = literal('/')
const ANY = repeat({ kind: 'character', matches: () => true, cost: 1 })
const WITHIN: Pattern = { kind: 'character', matches: (character) => character !== '/', cost: 1 }

function checkPath(text: string): void {
  if (/\p{Cc}/u.test(text)) throw new PatternError('holds a control character')
  if (text.includes('\\')) {
    throw new PatternError('has a backslash; part folders with "/", and put a special character into brackets: [*]')
  }
  if (text.split('/').includes('..')) throw new PatternError('has ".." in it; write it from the repository\'s root')
}

/** `./a//b` and `/a/b` are `a/b`: all globs begin at the root. */
function tidy(text: string): string {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.')
  return parts.length > 0 && text.endsWith('/') ? `${parts.join('/')}/` : parts.join('/')
}

function below(path: string): readonly Pattern[] {
  if (path.endsWith('/')) return [ANY]
  return /[*?[][^/]*$/.test(path) ? [] : [optional(sequence(SLASH, ANY))]
}

interface Place {
  readonly depth: number
  /** Whether a folder's or file's name begins here, so that `**` stands for whole folders. */
  readonly beginsPart: boolean
}

function readSequence(cursor: Cursor, { depth, beginsPart }: Place): Pattern[] {
  const parts: Pattern[] = []
  let begins = beginsPart
  while (cursor.at < cursor.text.length) {
    const character = String.fromCodePoint(cursor.text.codePointAt(cursor.at) ?? 0)
    if (character === '}' || (character === ',' && depth > 0)) break
    parts.push(character === '{' ? readChoice(cursor, { depth, beginsPart: begins }) : readOne(cursor, begins))
    begins = cursor.text[cursor.at - 1] === '/'
  }
  return parts
}

function readOne(cursor: Cursor, beginsPart: boolean): Pattern {
  const stars = countStars(cursor)
  if (stars === 0) return readCharacter(cursor)
  cursor.at += stars
  if (stars === 1) return repeat(WITHIN)
  if (!beginsPart || cursor.text[cursor.at] !== '/') return ANY
  // No folder at all is also some folders: `a/**/b` has `a/b` in it.
  cursor.at += 1
  return optional(sequence(ANY, SLASH))
}

function countStars({ text, at }: Cursor): number {
  let stars = 0
  while (text[at + stars] === '*') stars += 1
  return stars
}

function readCharacter(cursor: Cursor): Pattern {
  if (cursor.text[cursor.at] === '[') return readClass(cursor)
  const character = String.fromCodePoint(cursor.text.codePointAt(cursor.at) ?? 0)
  cursor.at += character.length
  return character === '?' ? WITHIN : literal(character)
}

/** Choices within choices cost no more than their length, because all of them are followed at once. */
function readChoice(cursor: Cursor, { depth, beginsPart }: Place): Pattern {
  const options: Pattern[] = []
  do {
    // The brace that opened, or a comma.
    cursor.at += 1
    options.push(sequence(...readSequence(cursor, { depth: depth + 1, beginsPart })))
  } while (cursor.text[cursor.at] === ',')
  if (cursor.text[cursor.at] !== '}') throw new PatternError('has a "{" without its "}"')
  cursor.at += 1
  return { kind: 'choice', options }
}

function literal(character: string): Pattern {
  return { kind: 'character', matches: (one) => one === character, cost: 1, literal: character }
}

function sequence(...parts: readonly Pattern[]): Pattern {
  return { kind: 'sequence', parts }
}

function repeat(of: Pattern): Pattern {
  return { kind: 'repeat', of, least: 0, most: Infinity }
}

function optional(of: Pattern): Pattern {
  return { kind: 'repeat', of, least: 0, most: 1 }
}
