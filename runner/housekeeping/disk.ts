import { stat, statfs } from 'node:fs/promises'

const GB = 1024 ** 3
/** What a push needs at the most is 250 MB of source, 250 MB of dependencies, a copy of both while they are built, and 512 MB of `/tmp`. */
const FLOOR_BYTES = 2 * GB
/** On a small disk the floor is not more of it than this. */
const FLOOR_SHARE = 0.05
/** How much of the disk artifacts may take when the operator says nothing. */
const BUDGET_SHARE = 0.5

/** A file system as it stands, in bytes. */
export interface Disk {
  readonly totalBytes: number
  /** Free for those who are not root: what root alone may use is no room for us either. */
  readonly freeBytes: number
}

export interface DiskBounds {
  /** The most that artifacts may take together. */
  readonly budgetBytes: number
  /** With less than this free no deployment begins. */
  readonly floorBytes: number
}

/** The file system that a folder is on. */
export async function readDisk(dir: string): Promise<Disk> {
  const { bavail, blocks, bsize } = await statfs(dir)
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize }
}

/** Whether two folders are on the same file system; false for one that we do not see. */
export async function isOnDisk(dir: string, other: string): Promise<boolean> {
  const found = await Promise.all([dir, other].map((path) => stat(path).catch(() => undefined)))
  return found[0] !== undefined && found[0].dev === found[1]?.dev
}

/** What the operator set, or what suits a disk of this size. */
export function diskBounds(
  disk: Pick<Disk, 'totalBytes'>,
  set: { readonly diskBudgetBytes: number | undefined; readonly diskFloorBytes: number | undefined },
): DiskBounds {
  return {
    budgetBytes: set.diskBudgetBytes ?? Math.round(disk.totalBytes * BUDGET_SHARE),
    floorBytes: set.diskFloorBytes ?? Math.min(FLOOR_BYTES, Math.round(disk.totalBytes * FLOOR_SHARE)),
  }
}
