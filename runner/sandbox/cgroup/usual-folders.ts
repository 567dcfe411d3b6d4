import { join } from 'node:path'

interface UsualFolder {
  readonly folder: string
  /** Of cgroups: it says what the files in the folder are called. */
  readonly version: 1 | 2
}

interface Place {
  /** The hierarchy of v1 that is meant. */
  readonly controller: 'memory' | 'pids'
  /** Where the host's cgroups are mounted. */
  readonly root?: string | undefined
}

/**
 * Where a container's cgroup may be, with either of Docker's drivers and no `--cgroup-parent` of the operator's. It takes no question to
 * Docker, for what is counted in every sandbox again and again; what is written there goes by the container's process (`find-cgroup.ts`).
 */
export function usualFolders(containerId: string, { controller, root = '/sys/fs/cgroup' }: Place): UsualFolder[] {
  const paths = [`docker/${containerId}`, `system.slice/docker-${containerId}.scope`]
  return [
    ...paths.map((path) => ({ version: 1 as const, folder: join(root, controller, path) })),
    ...paths.map((path) => ({ version: 2 as const, folder: join(root, path) })),
  ]
}
