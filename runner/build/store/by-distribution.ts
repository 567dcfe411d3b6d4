import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Sized {
  readonly name: string
  readonly bytes: number
}

/** The list of files in an installed package's metadata; no package's is larger. */
const LARGEST_RECORD_BYTES = 4 * 1024 * 1024

/**
 * Sizes of the parts of a folder with Python packages, under the names that a requirements file calls them by: `sklearn` belongs to scikit-learn,
 * and so does what lies beside it. What no package's metadata lists keeps its name. Largest first.
 */
export async function byDistribution(root: string, packages: readonly Sized[]): Promise<Sized[]> {
  const owners = new Map<string, string>()
  for (const name of (await readdir(root)).filter((one) => one.endsWith('.dist-info'))) {
    const distribution = name.replace(/-[^-]*\.dist-info$/, '').replaceAll('_', '-')
    for (const part of await partsOf(join(root, name, 'RECORD'))) owners.set(part, distribution)
  }
  const sizes = new Map<string, number>()
  for (const { name, bytes } of packages) {
    const owner = owners.get(name) ?? name
    sizes.set(owner, (sizes.get(owner) ?? 0) + bytes)
  }
  return [...sizes].map(([name, bytes]) => ({ name, bytes })).toSorted((a, b) => b.bytes - a.bytes)
}

/** Folders and files in the root that a record lists: lines of path, hash and size (PyPA, "Recording installed projects"). */
async function partsOf(record: string): Promise<ReadonlySet<string>> {
  const found = await lstat(record).catch(() => undefined)
  if (found?.isFile() !== true || found.size > LARGEST_RECORD_BYTES) return new Set()
  const lines = (await readFile(record, 'utf8')).split('\n')
  const parts = lines.map((line) => /^"?([^/,"]+)/.exec(line)?.[1] ?? '..')
  return new Set(parts.filter((part) => part !== '..' && part !== 'bin' && part !== '__pycache__'))
}
