import { faultOfGlob, isNegated, MOST_GLOB_CHARACTERS, MOST_GLOBS } from '../../glob/match-globs.ts'
import type { Findings } from '../findings.ts'
import { quote } from '../quote.ts'
import { kindInWords, type Value } from '../document/tree.ts'
import { readText } from './read-scalar.ts'

interface Options {
  readonly label: 'paths' | 'ignore'
  readonly findings: Findings
}

/**
 * Globs of what counts as a change, or of what does not.
 *
 * @returns undefined when there is no filter: the key is absent, or every line of its list is commented out.
 */
export function readGlobs(value: Value | undefined, { label, findings }: Options): string[] | undefined {
  if (value === undefined || value.kind === 'nothing' || value.kind === 'foreign') return undefined
  const fault = value.kind === 'list' ? faultOfList(value.items.length) : `must be a list of globs, ${notThat(value)}`
  if (value.kind !== 'list' || fault !== undefined) {
    findings.error(value, `${label}: ${fault}`)
    return undefined
  }
  const globs = value.items.flatMap((item) => readGlob(item, { label, findings }) ?? [])
  if (globs.length > 0 && globs.every((glob) => isNegated(glob))) {
    const other =
      label === 'paths' ? '; name what counts before it, or use "ignore"' : '; name what to ignore before it'
    findings.error(value, `${label}: every glob begins with "!", which only takes back what was named${other}`)
  }
  return globs
}

function faultOfList(length: number): string | undefined {
  if (length === 0) return 'the list is empty; add a glob or remove the key'
  return length > MOST_GLOBS ? `${length} globs are listed, ${MOST_GLOBS} are the most` : undefined
}

function notThat(value: Value): string {
  return `not ${kindInWords(value)}; write "- docs/**", one a line`
}

function readGlob(item: Value, { label, findings }: Options): string | undefined {
  if (item.kind === 'list' || item.kind === 'mapping') {
    findings.error(item, `${label}: must be globs, not ${kindInWords(item)}; put one with "[" or "{" first in quotes`)
    return undefined
  }
  // Characters may take four bytes.
  const glob = readText(item, { label, findings, most: 4 * MOST_GLOB_CHARACTERS })
  const fault = glob === undefined ? undefined : faultOfGlob(glob)
  if (fault === undefined) return glob
  findings.error(item, `${label}: ${quote(glob ?? '')} ${fault}`)
  return undefined
}
