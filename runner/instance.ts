import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The value of the label `micropush.instance`, made once for a data folder: what carries another value belongs to somebody else
 * and is never touched.
 */
export async function readInstance(dataDir: string): Promise<string> {
  const file = join(dataDir, 'instance')
  await mkdir(dataDir, { recursive: true, mode: 0o711 })
  try {
    await writeFile(file, `${randomBytes(6).toString('hex')}\n`, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return (await readFile(file, 'utf8')).trim()
}
