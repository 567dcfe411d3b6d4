import type { Findings } from '../findings.ts'
import { quote } from '../quote.ts'
import { kindInWords, type Mapping, type Value } from '../document/tree.ts'

/** The text of a field without the space around it, numbers as they are written; undefined, with a warning, for what is no text. */
export function textOf(group: Mapping, key: string, { findings }: { readonly findings: Findings }): string | undefined {
  const value = group.entries.get(key)
  switch (value?.kind) {
    case undefined:
    case 'nothing':
    case 'foreign':
      return undefined
    case 'text':
    case 'number':
    case 'boolean':
      return value.text.trim() === '' ? undefined : value.text.trim()
    case 'list':
    case 'mapping':
      findings.warn(value, `${key}: ${kindInWords(value)} is not understood here; it is ignored`)
      return undefined
  }
}

/** The members of a list that are groups of keys; anything else is ignored with a warning. */
export function groupsOf(
  value: Value | undefined,
  what: string,
  { findings }: { readonly findings: Findings },
): Mapping[] {
  if (value === undefined || value.kind === 'nothing' || value.kind === 'foreign') return []
  if (value.kind !== 'list') {
    findings.warn(value, `${what}: ${kindInWords(value)} is no list; it is ignored`)
    return []
  }
  return value.items.filter((item) => {
    if (item.kind === 'mapping') return true
    findings.warn(item, `${what}: ${kindInWords(item)} is not understood here; it is ignored`)
    return false
  }) as Mapping[]
}

/** Says of each key that is not known that it has no effect. */
export function warnOfUnknown(
  group: Mapping,
  known: readonly string[],
  { findings }: { readonly findings: Findings },
): void {
  for (const [key, value] of group.entries) {
    if (!known.includes(key)) findings.warn(value, `unknown key ${quote(key)}; it is ignored`)
  }
}
