import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { sandboxPaths } from './paths.ts'

/** What a loader keeps in its box as long as work that the app has announced goes on after an answer. */
const BUSY_FILE = 'busy'

/** Whether a sandbox says that it works. Only its presence counts: the sandbox can put anything there, so nothing is opened or followed. */
export async function isBusy(dataDir: string, sandboxId: string): Promise<boolean> {
  try {
    await lstat(join(sandboxPaths(dataDir, sandboxId).box, BUSY_FILE))
    return true
  } catch {
    // There is none, or no box any more.
    return false
  }
}
