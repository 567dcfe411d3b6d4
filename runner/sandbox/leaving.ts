import { access, writeFile } from 'node:fs/promises'
import { sandboxPaths } from './paths.ts'

/** Says, for an engine that comes after this one too, that a sandbox gets no new requests and is to be ended. */
export async function noteLeaving(dataDir: string, sandboxId: string): Promise<void> {
  await writeFile(sandboxPaths(dataDir, sandboxId).leaving, '', { mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      // It has been ended meanwhile.
      if (error.code !== 'ENOENT') throw error
    },
  )
}

export async function isLeaving(dataDir: string, sandboxId: string): Promise<boolean> {
  return access(sandboxPaths(dataDir, sandboxId).leaving).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
}
