import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the kernel counts a container's memory: cgroup v1 and v2, with Docker's two drivers. */
const PLACES = [
  {
    folder: (id: string) => `memory/docker/${id}`,
    usage: 'memory.usage_in_bytes',
    file: 'total_cache',
    shared: 'total_shmem',
  },
  {
    folder: (id: string) => `memory/system.slice/docker-${id}.scope`,
    usage: 'memory.usage_in_bytes',
    file: 'total_cache',
    shared: 'total_shmem',
  },
  { folder: (id: string) => `docker/${id}`, usage: 'memory.current', file: 'file', shared: 'shmem' },
  { folder: (id: string) => `system.slice/docker-${id}.scope`, usage: 'memory.current', file: 'file', shared: 'shmem' },
] as const

/**
 * The memory in bytes that a container's end gives back: all that is charged to it but cached files, which count as available anyway. Shared
 * memory is in what the kernel calls cache, and is not to be dropped: it is where gVisor keeps the whole memory of an app.
 *
 * @returns undefined where the kernel does not say, or does not say so to us.
 */
export async function usedMemory(containerId: string, root = '/sys/fs/cgroup'): Promise<number | undefined> {
  for (const { folder, usage, file, shared } of PLACES) {
    const place = join(root, folder(containerId))
    const used = await readFile(join(place, usage), 'utf8').catch(() => undefined)
    if (used === undefined) continue
    const stat = await readFile(join(place, 'memory.stat'), 'utf8').catch(() => '')
    const count = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0)
    return Math.max(0, Number(used) - count(file) + count(shared))
  }
  return undefined
}
