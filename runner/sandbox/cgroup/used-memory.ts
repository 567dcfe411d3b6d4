import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { usualFolders } from './usual-folders.ts'

/** What each version of cgroups calls it. */
const NAMES = {
  1: { usage: 'memory.usage_in_bytes', file: 'total_cache', shared: 'total_shmem' },
  2: { usage: 'memory.current', file: 'file', shared: 'shmem' },
} as const

/**
 * The memory in bytes that a container's end gives back: all that is charged to it but cached files, which count as available anyway. Shared
 * memory is in what the kernel calls cache, and is not to be dropped: it is where gVisor keeps the whole memory of an app.
 *
 * @returns undefined where the kernel does not say, or does not say so to us.
 */
export async function usedMemory(containerId: string, root?: string): Promise<number | undefined> {
  for (const { folder, version } of usualFolders(containerId, { controller: 'memory', root })) {
    const { usage, file, shared } = NAMES[version]
    const used = await readFile(join(folder, usage), 'utf8').catch(() => undefined)
    if (used === undefined) continue
    const stat = await readFile(join(folder, 'memory.stat'), 'utf8').catch(() => '')
    const count = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0)
    return Math.max(0, Number(used) - count(file) + count(shared))
  }
  return undefined
}
