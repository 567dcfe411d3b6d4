import type { Findings } from './findings.ts'
import { nearestKey } from './nearest-key.ts'
import { quote } from './quote.ts'
import type { Mapping } from './document/tree.ts'

/** What one micro may say, in the order the documentation has it. */
export const microKeys = [
  'name',
  'src',
  'runtime',
  'entry',
  'build',
  'run',
  'env',
  'secrets',
  'limits',
  'sleep',
  'scale',
  'snapshot',
  'branch',
  'paths',
  'ignore',
] as const

/** What may stand beside `micros` and then holds for each of them. */
export const sharedKeys = ['branch', 'env'] as const

/** Keys of the file itself; `$schema` is for editors and means nothing to us. */
export const fileKeys = ['v', '$schema'] as const

/** What the file says of the whole repository. */
export const repositoryKeys = ['previews', 'micros'] as const

export const previewKeys = ['forks', 'drafts', 'bots', 'labels', 'ttl', 'max', 'comment'] as const

export const sleepKeys = ['after', 'cold'] as const

export const scaleKeys = ['max', 'concurrency'] as const

export const limitKeys = ['timeout', 'memory', 'tmp', 'processes', 'payload', 'source', 'dependencies'] as const

export type LimitKey = (typeof limitKeys)[number]

/** Notes each key of a group that is not among the known ones, with the one that was probably meant. */
export function checkKeys(group: Mapping, known: readonly string[], findings: Findings): void {
  for (const [key, value] of group.entries) {
    if (!known.includes(key)) findings.error(value, unknownKey(key, { known, group: group.path }))
  }
}

interface Where {
  readonly known: readonly string[]
  /** The group's path, `limits` or `micros[0].limits`. */
  readonly group: string
}

/** Groups by the keys that stand below them, for one that was not indented. */
const groups: readonly (readonly [string, readonly string[]])[] = [
  ['previews', previewKeys],
  ['sleep', sleepKeys],
  ['scale', scaleKeys],
]

function unknownKey(key: string, where: Where): string {
  const { known } = where
  if (key === '<<') return 'merge keys (<<) are not supported; write the keys out'
  const near = nearestKey(key, known)
  if (near !== undefined) return `unknown key ${quote(key)} – did you mean "${near}"?`
  if ((microKeys as readonly string[]).includes(key)) return misplaced(key, where)
  const above = groups.filter(([, keys]) => keys.includes(key)).map(([name]) => `"${name}"`)
  if (above.length > 0) return `"${key}" belongs into ${above.join(' or ')}; indent it below that key`
  return `unknown key ${quote(key)}; known here: ${known.filter((one) => one !== '$schema').join(', ')}`
}

/** A micro's key where a micro has none: beside `micros`, or inside `limits` or `previews`. */
function misplaced(key: string, { known, group }: Where): string {
  return known.includes('micros')
    ? `"${key}" cannot stand beside "micros"; move it into each micro of the list`
    : `"${key}" does not belong here; indent it like "${group.split('.').at(-1) ?? group}"`
}
