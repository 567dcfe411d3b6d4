import type { ConfigError } from './findings.ts'

/**
 * The first error and how many more there are, for a commit status:
 * `micro.yml line 4: unknown key "runtme" – did you mean "runtime"? (+2 more)`.
 *
 * @param max the most characters of the answer, counted in code points as GitHub does; a longer message is cut with an ellipsis.
 */
export function describeErrors(errors: readonly ConfigError[], max = 140): string {
  const [first, ...others] = errors
  if (first === undefined) return ''
  const more = others.length > 0 ? ` (+${others.length} more)` : ''
  return cut(`${first.file} line ${first.line}: ${first.message}`, max - more.length) + more
}

function cut(text: string, max: number): string {
  const characters = Array.from(text)
  if (characters.length <= max) return text
  return `${characters
    .slice(0, Math.max(0, max - 1))
    .join('')
    .trimEnd()}…`
}
