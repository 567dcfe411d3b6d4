import { cgroupMounts, type CgroupMount } from './cgroup-mounts.ts'

/** What of the host is in reach. */
export interface Reach {
  /** Where the host's processes are seen: `/proc`. */
  readonly proc: string
  readonly mounts: readonly CgroupMount[]
}

/** What this process sees of the host. */
export async function readReach(): Promise<Reach> {
  return { proc: '/proc', mounts: await cgroupMounts('/proc') }
}
