import type { Findings } from '../findings.ts'
import { kindInWords, type Value } from '../document/tree.ts'
import { readText } from './read-scalar.ts'

export const MOST_LABELS = 50
/** GitHub's own are 50 characters at most; each may take four bytes. */
const MOST_LABEL_BYTES = 200

/** The labels of which a pull request needs one, each once. `null` is an empty list, for files that have it commented out. */
export function readLabels(value: Value | undefined, findings: Findings): string[] {
  if (value === undefined || value.kind === 'nothing' || value.kind === 'foreign') return []
  if (value.kind !== 'list') {
    findings.error(
      value,
      `previews.labels: must be a list of labels, not ${kindInWords(value)}; write "- preview", one a line`,
    )
    return []
  }
  if (value.items.length > MOST_LABELS) {
    findings.error(value, `previews.labels: ${value.items.length} labels are listed, ${MOST_LABELS} are the most`)
    return []
  }
  const labels = value.items.flatMap(
    (item) => readText(item, { label: 'previews.labels', findings, most: MOST_LABEL_BYTES })?.trim() ?? [],
  )
  return [...new Set(labels)]
}
