import { formatSize } from '../../contract/text/format-size.ts'
import { MicropushError } from '../../contract/errors.ts'
import { keptArtifacts } from '../../contract/store/artifacts.ts'
import type { Store } from '../../contract/store/connect.ts'
import { removeArtifact, sweepRemoved } from '../build/store/artifact-store.ts'
import { chooseRemovals } from './choose-removals.ts'
import { diskBounds, readDisk, type Disk, type DiskBounds } from './disk.ts'
import { listArtifacts } from './list-artifacts.ts'

/** What a deployment that ended is still good for: its last requests may be answered yet. */
const ENDED_MS = 60_000
/** Past a bound this much more is given back, so that the next push need not look again. */
const AHEAD_SHARE = 0.1

export interface Room {
  readonly dataDir: string
  readonly store: Store
  readonly nowMs: number
  readonly diskBudgetBytes: number | undefined
  readonly diskFloorBytes: number | undefined
  /** What all artifacts take, as it was last counted. */
  readonly usedBytes: number
  /** What was used since then may be part of a build that runs. */
  readonly usedBeforeMs: number
  /** Whether a deployment that ended has a sandbox yet, whose files must not go. */
  readonly runs: (deploymentId: string) => boolean
  /** Gives back images of runtimes that nobody needs; asked only when artifacts alone are not enough. */
  readonly removeImages: () => Promise<unknown>
  /** Gives back so many bytes of snapshots; asked when there are not enough artifacts that may go. */
  readonly removeSnapshots?: (bytes: number) => Promise<unknown>
}

/**
 * Makes sure, before a deployment writes anything, that there is room for it: artifacts that no kept deployment needs go, the least
 * recently used first, and when those are not enough snapshots, until what is left fits the budget and the disk has more than the floor free. Costs one question to the file system when
 * there is nothing to do.
 *
 * @returns how many artifacts were removed.
 * @throws MicropushError `disk-full` when all that may go is not enough for the floor.
 */
export async function makeRoom(room: Room): Promise<number> {
  const disk = await readDisk(room.dataDir)
  const bounds = diskBounds(disk, room)
  const needBytes = bytesToFree(disk, bounds, room.usedBytes)
  if (needBytes === 0) return 0
  const { removed, bytes } = await removeUnneeded(room, needBytes)
  if (bytes < needBytes) await room.removeSnapshots?.(needBytes - bytes)
  if ((await readDisk(room.dataDir)).freeBytes >= bounds.floorBytes) return removed
  await room.removeImages()
  const { freeBytes } = await readDisk(room.dataDir)
  if (freeBytes >= bounds.floorBytes) return removed
  throw new MicropushError(
    'disk-full',
    `The disk of this micropush is full: ${formatSize(freeBytes)} are free, and a deployment begins with ${formatSize(bounds.floorBytes)} at least. Its operator has to make room; live micros go on. Push again after that.`,
  )
}

async function removeUnneeded({ dataDir, store, nowMs, usedBeforeMs, runs }: Room, needBytes: number) {
  await sweepRemoved(dataDir)
  const artifacts = await listArtifacts(dataDir)
  const kept = await keptArtifacts(store, { endedSinceMs: nowMs - ENDED_MS, runs })
  let removed = 0
  let bytes = 0
  for (const artifact of chooseRemovals(artifacts, { kept, usedBeforeMs, needBytes })) {
    if (!(await removeArtifact({ dataDir, ...artifact }, usedBeforeMs))) continue
    removed += 1
    bytes += artifact.bytes
  }
  return { removed, bytes }
}

/** How much has to go, in bytes; 0 when everything fits. */
export function bytesToFree(disk: Disk, bounds: DiskBounds, usedBytes: number): number {
  const over = usedBytes - bounds.budgetBytes
  const missing = bounds.floorBytes - disk.freeBytes
  const need = Math.max(over, missing)
  if (need <= 0) return 0
  return need + Math.round(AHEAD_SHARE * (over >= missing ? bounds.budgetBytes : bounds.floorBytes))
}
