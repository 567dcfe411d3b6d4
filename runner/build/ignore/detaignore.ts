import { compilePattern, type Matcher, type StepBudget } from '../../../contract/pattern/match-pattern.ts'
import { PatternError } from '../../../contract/pattern/pattern.ts'
import { parsePattern } from './parse-pattern.ts'

/** A `.detaignore` file: which files of a micro were not to be uploaded. */
export interface Detaignore {
  /** Sentences about lines that are not understood. */
  readonly warnings: readonly string[]
  /** Whether a file is left out, by its path without a leading slash. `budget` is charged, and below zero the answer is `false`. */
  readonly leavesOut: (path: string, budget: StepBudget) => boolean
}

interface Rule {
  readonly matches: Matcher
  readonly leavesOut: boolean
}

const MOST_LINES = 500
const MOST_WARNINGS = 5

/**
 * Reads it as Deta's tool did: each line is a regular expression that is looked for anywhere in the path, `!` takes files in again, and the
 * last line that matches decides. Blank lines and those that are no expression are skipped. Never throws.
 */
export function readDetaignore(text: string): Detaignore {
  const rules: Rule[] = []
  const warnings: string[] = []
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  if (lines.length > MOST_LINES)
    warnings.push(`.detaignore has more than ${MOST_LINES} lines; the rest is not looked at.`)
  for (const [index, line] of lines.slice(0, MOST_LINES).entries()) {
    const leavesOut = !line.startsWith('!')
    const expression = leavesOut ? line : line.slice(1)
    if (expression === '') continue
    try {
      rules.unshift({ matches: compilePattern(parsePattern(expression)), leavesOut })
    } catch (error) {
      if (!(error instanceof PatternError)) throw error
      const shown = line.length > 60 ? `${line.slice(0, 60)}…` : line
      warnings.push(
        `.detaignore, line ${index + 1}: "${shown}" is no regular expression (${error.message}); it was skipped.`,
      )
    }
  }
  const shown = warnings.slice(0, MOST_WARNINGS)
  return {
    warnings:
      warnings.length > shown.length
        ? [...shown, `${warnings.length - shown.length} more lines of .detaignore were skipped.`]
        : shown,
    leavesOut: (path, budget) => {
      const rule = rules.find(({ matches }) => matches(path, budget))
      return budget.left >= 0 && rule?.leavesOut === true
    },
  }
}
