import type { MicroConfig } from '../../config.ts'
import { slug } from '../../names.ts'
import { MOST_MICROS } from '../parse-config.ts'
import type { Mapping } from '../document/tree.ts'
import { groupsOf, textOf, warnOfUnknown } from './lenient-values.ts'
import { plainMicro, type LegacyContext } from './plain-micro.ts'
import { readSpaceMicro } from './read-space-micro.ts'

/** `icon` and the two after it are for Space's own surface. */
const KNOWN = ['v', 'micros', 'icon', 'app_name', 'auto_pwa']

/** The micros of a Spacefile, version 0: https://github.com/deta/space-docs, "Spacefile". */
export function readSpacefile(file: Mapping, context: LegacyContext): MicroConfig[] {
  warnOfUnknown(file, KNOWN, context)
  const version = textOf(file, 'v', context)
  if (version !== '0')
    context.findings.warn(file.entries.get('v') ?? file, 'v: is not 0; the file is read as if it were')
  const listed = groupsOf(file.entries.get('micros'), 'micros', context)
  if (listed.length > MOST_MICROS) {
    context.findings.warn(
      file,
      `micros: ${listed.length} are listed, and the first ${MOST_MICROS} of them are deployed`,
    )
  }
  const groups = listed.slice(0, MOST_MICROS)
  if (groups.length === 0) {
    context.findings.warn(file, 'micros: none is listed; the files in the root are taken for one')
    return [plainMicro('space', context)]
  }
  const names = nameAll(groups, context)
  return groups.map((group, index) => {
    const name = names[index] ?? slug(context.repository)
    return readSpaceMicro(group, {
      ...context,
      name,
      isOnly: groups.length === 1,
      isPrimary: index === primaryOf(groups),
    })
  })
}

function primaryOf(groups: readonly Mapping[]): number {
  const marked = groups.findIndex((group) => {
    const primary = group.entries.get('primary')
    return primary?.kind === 'boolean' && /^true$/i.test(primary.text)
  })
  return Math.max(0, marked)
}

/**
 * The primary micro has the repository's name; the others have it before their own, because an owner's names are taken once, and every
 * second Spacefile has a `backend`.
 */
function nameAll(groups: readonly Mapping[], context: LegacyContext): string[] {
  const primary = primaryOf(groups)
  const taken = new Set([slug(context.repository)])
  return groups.map((group, index) => {
    if (index === primary) return slug(context.repository)
    const wanted = slug(`${context.repository}-${textOf(group, 'name', context) ?? 'micro'}`)
    const name = firstFree(wanted, taken)
    taken.add(name)
    return name
  })
}

function firstFree(wanted: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : slug(`${wanted.slice(0, 36)}-${number}`)
    if (!taken.has(name)) return name
  }
}
