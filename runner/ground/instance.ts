import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MicropushError } from '../../contract/errors.ts'

/**
 * The value of the label `micropush.instance`, made once for a data folder: what carries another value belongs to somebody else
 * and is never touched.
 *
 * @throws MicropushError `setup-incomplete` when the file was damaged: another value would give up all containers of this one.
 */
export async function readInstance(dataDir: string): Promise<string> {
  const file = join(dataDir, 'instance')
  await mkdir(dataDir, { recursive: true, mode: 0o711 })
  const made = randomBytes(6).toString('hex')
  const partial = `${file}.${made}`
  // Linked when it is whole: whoever dies here, or comes at the same moment, never leaves or sees half of it.
  await writeFile(partial, `${made}\n`)
  try {
    await link(partial, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(partial, { force: true })
  }
  const instance = (await readFile(file, 'utf8')).trim()
  if (/^[0-9a-f]{12}$/.test(instance)) return instance
  throw new MicropushError(
    'setup-incomplete',
    `${file} is damaged. Remove it, and the containers with the label micropush.instance if there are any, and start again.`,
  )
}
