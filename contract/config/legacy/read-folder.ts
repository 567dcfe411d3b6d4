import { newFindings } from '../findings.ts'
import { readSource } from '../fields/read-path.ts'
import type { Mapping } from '../document/tree.ts'
import { textOf } from './lenient-values.ts'
import type { LegacyContext } from './plain-micro.ts'

/** A folder below the repository's root or the micro's; a leading slash and backslashes are forgiven. */
export function readFolder(group: Mapping, key: 'src' | 'serve', context: LegacyContext): string | undefined {
  const written = textOf(group, key, context)
  const place = group.entries.get(key)
  if (written === undefined || place === undefined) return undefined
  const text = written.replaceAll('\\', '/').replace(/^\/+/, '')
  // The rules of micro.yml's `src`, in whose words its fault is told.
  const strict = newFindings('Spacefile')
  const folder = readSource({ ...place, kind: 'text', text: text === '' ? '.' : text }, { findings: strict })
  const fault = strict.errors[0]
  if (fault === undefined) return folder
  context.findings.warn(place, `${fault.message.replace(/^src/, key)}; it is ignored`)
  return undefined
}
