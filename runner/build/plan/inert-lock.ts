import { z } from 'zod'
import { parseJson } from '../../../contract/text/parse-json.ts'

const NAME = String.raw`(?:@[\w.~-]+\/)?[\w.~-]+`
/** Where a package lies: what npm reads its name from. */
const PLACE = new RegExp(String.raw`^node_modules\/${NAME}(?:\/node_modules\/${NAME})*$`)
const VERSION = /^\d+\.\d+\.\d+(?:[-+][\w.+-]*)?$/
/** A range, a tag, or such of a package under another name; everything with a colon or a slash is an address. */
const SPEC = new RegExp(String.raw`^(?:npm:${NAME}(?:@[^:/]*)?|[^:/]*)$`)
/** What npm clones, although the address could be one of an archive (the hosts that its `hosted-git-info` knows). */
const GIT_HOSTS = /(?:^|\.)(?:github\.com|gitlab\.com|bitbucket\.org|sr\.ht)$/

/** Nested, as in `overrides`, or plain. */
const specs: z.ZodType = z.lazy(() => z.record(z.string(), z.union([z.string().regex(SPEC), specs])))
const asked = {
  dependencies: specs.optional(),
  devDependencies: specs.optional(),
  optionalDependencies: specs.optional(),
  peerDependencies: specs.optional(),
}
const manifest = z.object({ ...asked, overrides: specs.optional() })

/** npm's lock file since version 2, as far as it tells what an install would run. */
const lockFile = z.object({
  lockfileVersion: z.union([z.literal(2), z.literal(3)]),
  packages: z.record(
    z.string(),
    z.object({
      hasInstallScript: z.literal(false).optional(),
      link: z.literal(false).optional(),
      name: z
        .string()
        .regex(new RegExp(`^${NAME}$`))
        .optional(),
      version: z.string().regex(VERSION).optional(),
      resolved: z.string().refine(isArchiveOfRegistry).optional(),
      ...asked,
    }),
  ),
})

/**
 * Whether `npm ci --ignore-scripts` of these inputs does all that there is to do: a lock file in which every package comes from a
 * registry and none has an install script. npm then unpacks archives and runs nothing of theirs. A lock file that lies about scripts
 * only gets them not run. What npm would clone it may also prepare, by running what is there, whatever it is told about scripts (npm 8
 * does), and it takes addresses for versions and names: so each has to look like what it is. An `.npmrc` could name programs for npm to
 * start, so a micro that has one is never inert.
 */
export function isInert(inputs: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(inputs).filter((name) => name !== 'package.json')
  const [name] = names
  if (names.length !== 1 || (name !== 'package-lock.json' && name !== 'npm-shrinkwrap.json')) return false
  if (!manifest.safeParse(parseJson(inputs['package.json'] ?? '')).success) return false
  const lock = lockFile.safeParse(parseJson(inputs[name] ?? ''))
  return lock.success && Object.keys(lock.data.packages).every((place) => place === '' || PLACE.test(place))
}

/** As registries name their archives; absent means the configured registry. */
function isArchiveOfRegistry(address: string): boolean {
  const url = URL.parse(address)
  return (
    (url?.protocol === 'https:' || url?.protocol === 'http:') &&
    /\/-\/[^/]+\.tgz$/.test(url.pathname) &&
    !GIT_HOSTS.test(url.hostname)
  )
}
