import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Sized {
  readonly name: string
  readonly bytes: number
}

/** The list of files in an installed package's metadata; no package's is larger, and no install has more of them. */
const LARGEST_RECORD_BYTES = 4 * 1024 * 1024
const RECORDS_BYTES = 32 * 1024 * 1024

/**
 * Sizes of the parts of a folder with Python packages, under the names that a requirements file calls them by: `sklearn` belongs to scikit-learn,
 * and so does what lies beside it. What no package's metadata lists keeps its name. Largest first.
 */
export async function byDistribution(root: string, packages: readonly Sized[]): Promise<Sized[]> {
  const known = new Set(packages.map(({ name }) => name))
  const owners = new Map<string, string>()
  const budget = { bytes: RECORDS_BYTES }
  for (const name of (await readdir(root)).filter((one) => one.endsWith('.dist-info'))) {
    const distribution = name.replace(/-[^-]*\.dist-info$/, '').replaceAll('_', '-')
    const text = await readRecord(join(root, name, 'RECORD'), budget)
    // What is not there belongs to nobody: strangers write these lists, and may name anything, a million times.
    for (const part of partsOf(text)) if (known.has(part)) owners.set(part, distribution)
  }
  const sizes = new Map<string, number>()
  for (const { name, bytes } of packages) {
    const owner = owners.get(name) ?? name
    sizes.set(owner, (sizes.get(owner) ?? 0) + bytes)
  }
  return [...sizes].map(([name, bytes]) => ({ name, bytes })).toSorted((a, b) => b.bytes - a.bytes)
}

/** Empty for what is no file, or more than anybody has. */
async function readRecord(path: string, budget: { bytes: number }): Promise<string> {
  const found = await lstat(path).catch(() => undefined)
  if (found?.isFile() !== true || found.size > Math.min(LARGEST_RECORD_BYTES, budget.bytes)) return ''
  budget.bytes -= found.size
  return readFile(path, 'utf8')
}

/** Folders and files in the root that a record lists: lines of path, hash and size (PyPA, "Recording installed projects"). */
function* partsOf(record: string): Generator<string> {
  for (const [, part] of record.matchAll(/^"?([^/,"\n]+)/gm)) {
    if (part !== undefined && part !== '..' && part !== 'bin' && part !== '__pycache__') yield part
  }
}
