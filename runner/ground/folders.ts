import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../../contract/settings.ts'

/**
 * The folders that a runner works in. Through `run` the gateway, which is nobody, passes to its sockets; source and artifacts are seen
 * by containers through their mounts, and are nobody else's business on this machine. What is left in `work` belongs to builds whose
 * runner is no more; the queue begins them again.
 */
export async function makeFolders({ dataDir, runDir }: Pick<Settings, 'dataDir' | 'runDir'>): Promise<void> {
  const work = join(dataDir, 'work')
  await rm(work, { recursive: true, force: true })
  await mkdir(runDir, { recursive: true, mode: 0o711 })
  for (const folder of [work, join(dataDir, 'artifacts')]) {
    await mkdir(folder, { recursive: true })
    // Whatever the umask says, and whoever made it before.
    await chmod(folder, 0o700)
  }
}
