import { readFile } from 'node:fs/promises'

/** Where the kernel counts a container's processes: cgroup v1 and v2, with Docker's two drivers. */
const PLACES = [
  (id: string) => `/sys/fs/cgroup/pids/docker/${id}/pids.events`,
  (id: string) => `/sys/fs/cgroup/pids/system.slice/docker-${id}.scope/pids.events`,
  (id: string) => `/sys/fs/cgroup/docker/${id}/pids.events`,
  (id: string) => `/sys/fs/cgroup/system.slice/docker-${id}.scope/pids.events`,
]

/**
 * How often a container was refused a process or thread since it began; undefined where the kernel does not say, or does not say so to us.
 * Under gVisor the refusal is its own kernel's, and nobody outside hears of it.
 */
export async function refusedProcesses(containerId: string): Promise<number | undefined> {
  for (const place of PLACES) {
    const text = await readFile(place(containerId), 'utf8').catch(() => undefined)
    const count = /^max (\d+)$/m.exec(text ?? '')?.[1]
    if (count !== undefined) return Number(count)
  }
  return undefined
}
