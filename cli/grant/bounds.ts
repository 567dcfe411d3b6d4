import { statfs } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { MOST_SANDBOXES } from '../../contract/allowance.ts'
import type { GrantKey } from './grant-rules.ts'

const GB = 1024 ** 3
/** Above it a machine of the usual size runs out of them for everybody. */
const MOST_PROCESSES = 32_768
/** What the longest requests of Deta Micros were granted. */
const MOST_TIMEOUT_MS = 15 * 60_000

/** The most of each that makes sense on this machine. */
export async function mostOf(dataDir: string): Promise<Readonly<Record<GrantKey, number>>> {
  const diskBytes = await diskSize(dataDir)
  return {
    timeout: MOST_TIMEOUT_MS,
    memory: totalmem(),
    tmp: diskBytes,
    processes: MOST_PROCESSES,
    payload: GB,
    source: Math.min(4 * GB, diskBytes),
    dependencies: Math.min(8 * GB, diskBytes),
    sleep: Infinity,
    scale: MOST_SANDBOXES,
  }
}

async function diskSize(dataDir: string): Promise<number> {
  try {
    const { blocks, bsize } = await statfs(dataDir)
    return blocks * bsize
  } catch {
    // Not made yet, or not to be seen from here: then the disk sets no bound.
    return Number.MAX_SAFE_INTEGER
  }
}
