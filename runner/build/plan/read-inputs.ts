import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MicropushError } from '../../../contract/errors.ts'
import { decodeText } from '../../../contract/text/decode-text.ts'

const MB = 1024 * 1024
/** No lock file is this large; a bundled yarn release is 3 MB. All that one install reads is held in memory, so it counts together. */
const LARGEST_BYTES = 32 * MB

/** What the texts of one install may take together. */
export interface ReadBudget {
  bytesLeft: number
  readonly mostBytes: number
}

export function newReadBudget(mostBytes = LARGEST_BYTES): ReadBudget {
  return { bytesLeft: mostBytes, mostBytes }
}

/**
 * A text file of the source, whatever Unicode encoding its writer's system gave it; undefined when there is none.
 *
 * @throws MicropushError `install-failed` for one that is larger than what is left of the budget
 */
export async function readIfAny(
  dir: string,
  path: string,
  budget: ReadBudget = newReadBudget(),
): Promise<string | undefined> {
  const file = join(dir, path)
  const found = await stat(file).catch(() => undefined)
  if (!found?.isFile()) return undefined
  budget.bytesLeft -= found.size
  if (budget.bytesLeft < 0) {
    throw new MicropushError(
      'install-failed',
      `${path} is too large to be read: all that an install reads has at most ${budget.mostBytes / MB} MB.`,
    )
  }
  return decodeText(await readFile(file))
}

/**
 * All files of these names, or below folders of these names, by their path. Links to folders are not followed below them: two that
 * lead upwards would never end.
 */
export async function readTree(dir: string, names: readonly string[]): Promise<Record<string, string>> {
  const texts: Record<string, string> = {}
  const budget = newReadBudget()
  const read = async (path: string) => {
    const text = await readIfAny(dir, path, budget)
    if (text !== undefined) texts[path] = text
  }
  for (const name of names) {
    const found = await stat(join(dir, name)).catch(() => undefined)
    if (found?.isDirectory() !== true) await read(name)
    else for (const path of await filesBelow(dir, name)) await read(path)
  }
  return texts
}

async function filesBelow(dir: string, folder: string): Promise<string[]> {
  const paths: string[] = []
  for (const entry of await readdir(join(dir, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) paths.push(...(await filesBelow(dir, path)))
    else paths.push(path)
  }
  return paths
}
