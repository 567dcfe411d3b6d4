import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MicropushError } from '../../contract/errors.ts'
import { decodeText } from './decode-text.ts'

/** No lock file is this large; a bundled yarn release is 3 MB. */
const LARGEST_BYTES = 32 * 1024 * 1024

/** A text file of the source, whatever Unicode encoding its writer's system gave it; undefined when there is none. */
export async function readIfAny(dir: string, path: string): Promise<string | undefined> {
  const file = join(dir, path)
  const found = await stat(file).catch(() => undefined)
  if (!found?.isFile()) return undefined
  if (found.size > LARGEST_BYTES) throw new MicropushError('install-failed', `${path} is too large to be read.`)
  return decodeText(await readFile(file))
}

/** All files of these names, or below folders of these names, by their path. */
export async function readTree(dir: string, names: readonly string[]): Promise<Record<string, string>> {
  const texts: Record<string, string> = {}
  for (const name of names) {
    const found = await stat(join(dir, name)).catch(() => undefined)
    if (found?.isDirectory()) {
      const below = (await readdir(join(dir, name))).map((child) => `${name}/${child}`)
      Object.assign(texts, await readTree(dir, below))
    } else {
      const text = await readIfAny(dir, name)
      if (text !== undefined) texts[name] = text
    }
  }
  return texts
}
