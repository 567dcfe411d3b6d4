import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { usualFolders } from './usual-folders.ts'

/**
 * How often a container was refused a process or thread since it began; undefined where the kernel does not say, or does not say so to us.
 * Under gVisor the refusal is its own kernel's, and nobody outside hears of it.
 */
export async function refusedProcesses(containerId: string): Promise<number | undefined> {
  for (const { folder } of usualFolders(containerId, { controller: 'pids' })) {
    const text = await readFile(join(folder, 'pids.events'), 'utf8').catch(() => undefined)
    const count = /^max (\d+)$/m.exec(text ?? '')?.[1]
    if (count !== undefined) return Number(count)
  }
  return undefined
}
