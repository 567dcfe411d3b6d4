import { z } from 'zod'
import { parseJson } from '../../../contract/parse-json.ts'

/** npm's lock file since version 2, as far as it tells what an install would run. */
const lockFile = z.object({
  lockfileVersion: z.union([z.literal(2), z.literal(3)]),
  packages: z.record(
    z.string(),
    z.object({
      hasInstallScript: z.boolean().optional(),
      resolved: z.unknown().optional(),
      link: z.boolean().optional(),
    }),
  ),
})

/**
 * Whether `npm ci --ignore-scripts` of these inputs does all that there is to do: a lock file in which every package comes from a
 * registry and none has an install script. npm then unpacks archives and runs nothing of theirs. A lock file that lies about scripts
 * only gets them not run. An `.npmrc` could name programs for npm to start, so a micro that has one is never inert.
 */
export function isInert(inputs: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(inputs).filter((name) => name !== 'package.json')
  const [name] = names
  if (names.length !== 1 || (name !== 'package-lock.json' && name !== 'npm-shrinkwrap.json')) return false
  const lock = lockFile.safeParse(parseJson(inputs[name] ?? ''))
  if (!lock.success) return false
  return Object.values(lock.data.packages).every(
    ({ hasInstallScript, resolved, link }) => hasInstallScript !== true && link !== true && fromRegistry(resolved),
  )
}

/** Absent means the configured registry; git addresses and files are packed by running what they say. */
function fromRegistry(resolved: unknown): boolean {
  return resolved === undefined || (typeof resolved === 'string' && /^https?:\/\//.test(resolved))
}
