import { randomBytes } from 'node:crypto'
import { chown, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { MicropushError } from './errors.ts'

/**
 * A file's text; undefined when there is none.
 *
 * @throws MicropushError `setup-incomplete` when it may not be read.
 */
export async function readFileIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw new MicropushError('setup-incomplete', `${path} cannot be read.`, { cause })
  }
}

/**
 * Writes a file of mode 0600 in place of what was there, owned as its folder is: root may write what the bot's own user reads.
 * The folder is made when it is missing.
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    const { uid, gid } = await stat(folder)
    if (uid !== process.getuid?.()) await chown(draft, uid, gid)
    await rename(draft, path)
    await syncFolder(folder)
  } finally {
    await rm(draft, { force: true })
  }
}

/** A rename is on disk when its folder is (fsync(2)). */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
