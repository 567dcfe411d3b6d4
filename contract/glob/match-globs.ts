import { compilePattern, type Matcher } from '../pattern/match-pattern.ts'
import { PatternError } from '../pattern/pattern.ts'
import { parseGlob } from './parse-glob.ts'

export const MOST_GLOBS = 64
export const MOST_GLOB_CHARACTERS = 255

/**
 * A list of globs as one question: the last of them that matches a path decides, and one that begins with `!` says no. Its time grows with
 * the lengths of globs and path and no faster.
 *
 * @throws PatternError; `faultOfGlob` says so before.
 */
export function compileGlobs(globs: readonly string[]): Matcher {
  const rules = globs
    .map((glob) => ({ matches: compilePattern(parseGlob(bodyOf(glob))), says: !isNegated(glob) }))
    .toReversed()
  return (path, budget) => rules.find(({ matches }) => matches(path, budget))?.says ?? false
}

/** Whether a glob takes back what those before it named. */
export function isNegated(glob: string): boolean {
  return glob.startsWith('!')
}

/** Why a text is no glob, as the end of a sentence that the glob begins; undefined when it is one. */
export function faultOfGlob(glob: string): string | undefined {
  if (Array.from(glob).length > MOST_GLOB_CHARACTERS) return `is longer than ${MOST_GLOB_CHARACTERS} characters`
  if (bodyOf(glob).trim() === '') return 'has nothing after the "!"'
  try {
    compilePattern(parseGlob(bodyOf(glob)))
    return undefined
  } catch (error) {
    if (error instanceof PatternError) return error.message
    throw error
  }
}

function bodyOf(glob: string): string {
  return isNegated(glob) ? glob.slice(1) : glob
}
