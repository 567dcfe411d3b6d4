import { readFile } from 'node:fs/promises'

interface Place {
  readonly folder: (id: string) => string
  readonly usage: string
  /** The name that `memory.stat` has for pages of files that nobody has touched lately. */
  readonly inactive: RegExp
}

/** cgroup v1 and v2, with Docker's two drivers. */
const PLACES: readonly Place[] = [
  ...['/sys/fs/cgroup/memory/docker/ID', '/sys/fs/cgroup/memory/system.slice/docker-ID.scope'].map((path) => ({
    folder: (id: string) => path.replace('ID', id),
    usage: 'memory.usage_in_bytes',
    inactive: /^total_inactive_file (\d+)$/m,
  })),
  ...['/sys/fs/cgroup/docker/ID', '/sys/fs/cgroup/system.slice/docker-ID.scope'].map((path) => ({
    folder: (id: string) => path.replace('ID', id),
    usage: 'memory.current',
    inactive: /^inactive_file (\d+)$/m,
  })),
]

/**
 * What a container has in memory and would not lose by itself, in bytes: what is charged to it without pages of files that nobody has
 * touched lately. Undefined where the kernel does not say so to us, or when it has ended.
 */
export async function sandboxMemory(containerId: string): Promise<number | undefined> {
  for (const { folder, usage, inactive } of PLACES) {
    const charged = await readText(`${folder(containerId)}/${usage}`)
    if (charged === undefined) continue
    const stat = await readText(`${folder(containerId)}/memory.stat`)
    return Math.max(0, Number(charged) - Number(inactive.exec(stat ?? '')?.[1] ?? 0))
  }
  return undefined
}

function readText(path: string): Promise<string | undefined> {
  // It may have ended since, and then there is nothing to add.
  return readFile(path, 'utf8').catch(() => undefined)
}
