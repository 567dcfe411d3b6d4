import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeWhole } from './store/artifact-store.ts'

/** Files of ours that builders read. */
interface OwnFiles {
  readonly dataDir: string
  /** Of the folder below the data folder. */
  readonly folder: string
  readonly files: readonly { readonly name: string; readonly content: string | Buffer }[]
}

/**
 * Puts files of ours below the data folder, the one place that the Docker daemon certainly sees, under a name that is their content's.
 *
 * @returns the path, the same for the same files.
 */
export async function ownFiles({ dataDir, folder, files }: OwnFiles): Promise<string> {
  const hash = createHash('sha256')
  for (const { name, content } of files) hash.update(name).update(content)
  const path = join(dataDir, folder, hash.digest('hex').slice(0, 32))
  for (const { name, content } of files) {
    await mkdir(join(path, dirname(name)), { recursive: true, mode: 0o755 })
    await provide(join(path, name), Buffer.from(content))
  }
  await chmod(path, 0o755)
  return path
}

/** A file that was cut short, by a runner that died or another build that has just begun, would let strangers' packages in. */
async function provide(path: string, bytes: Buffer): Promise<void> {
  const there = await readFile(path).catch(() => undefined)
  if (there?.equals(bytes) === true) return
  await writeWhole(path, bytes)
  await chmod(path, 0o644)
}
