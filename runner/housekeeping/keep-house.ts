import { keptRuntimes } from '../../contract/store/artifacts.ts'
import { tidyImages } from '../images/prepare.ts'
import { imagesDir } from '../docker/daemon.ts'
import { removeRuntimes } from '../images/remove-runtimes.ts'
import type { Runner } from '../runner.ts'
import { countSnapshotBytes, removeSnapshots, sweepSnapshots } from '../sandbox/snapshots/list-snapshots.ts'
import { isOnDisk } from './disk.ts'
import { countArtifactBytes } from './list-artifacts.ts'
import { makeRoom, type Room } from './make-room.ts'
import { removeArtifacts } from './remove-artifacts.ts'

/** What ends often need not be looked at each time: artifacts stay for an hour at least. */
const PAUSE_MS = 10 * 60_000

/** Gives back the disk that nobody needs any more. */
export interface Housekeeping {
  /** What is past its age goes; to be called as often as one likes: it works once at a time and with pauses, and never rejects. */
  tidy(runner: Runner): Promise<void>
  /**
   * The first step of a deployment: room for it, or MicropushError `disk-full`. From then on nothing that is used is removed until the
   * deployment is disposed of.
   */
  begin(runner: Runner): Promise<Disposable>
}

/** Housekeeping of one data folder. */
export function createHousekeeping(): Housekeeping {
  let notBeforeMs = 0
  /** When each deployment that is under way began. */
  const begun = new Map<symbol, number>()
  /** One looks at a time: two that free for the same need would free twice. */
  let turn: Promise<unknown> = Promise.resolve()
  /** Counted when a deployment has ended, so that the next one need not wait for it. */
  let usedBytes: number | undefined
  const count = async ({ dataDir }: Runner) =>
    (usedBytes = (await countArtifactBytes(dataDir)) + (await countSnapshotBytes(dataDir)))
  return {
    async tidy(runner) {
      const nowMs = Date.now()
      if (nowMs < notBeforeMs) return
      notBeforeMs = nowMs + PAUSE_MS
      try {
        const removed = await removeArtifacts({
          dataDir: runner.dataDir,
          store: runner.store,
          nowMs,
          runs: (id) => runner.fleet.sandbox(id) !== undefined,
        })
        await tidyImages(runner.docker)
        await sweepSnapshots(
          runner.dataDir,
          new Set([...runner.routed.values()].map(({ deploymentId }) => deploymentId)),
        )
        if (removed > 0) runner.log.info({ removed }, 'artifacts that nobody needs were removed')
      } catch (error) {
        runner.log.warn({ err: error }, 'artifacts could not be removed')
      }
    },
    async begin(runner) {
      const mine = Symbol('deployment')
      begun.set(mine, Date.now())
      const end = () => {
        begun.delete(mine)
        count(runner).catch((error: unknown) => runner.log.warn({ err: error }, 'artifacts could not be counted'))
      }
      try {
        const mineTurn = turn.then(async () => {
          const used = { usedBytes: usedBytes ?? (await count(runner)), usedBeforeMs: Math.min(...begun.values()) }
          const removed = await look(runner, used)
          if (removed > 0) await count(runner)
        })
        turn = mineTurn.catch(() => {})
        await mineTurn
        return { [Symbol.dispose]: end }
      } catch (error) {
        begun.delete(mine)
        throw error
      }
    },
  }
}

async function look(runner: Runner, used: Pick<Room, 'usedBytes' | 'usedBeforeMs'>): Promise<number> {
  const { dataDir, store, settings, docker, log } = runner
  const runs = (id: string) => runner.fleet.sandbox(id) !== undefined
  const { diskBudgetBytes, diskFloorBytes } = settings
  const removeImages = async () => {
    // Elsewhere they take nothing away from us.
    if (!(await isOnDisk(dataDir, await imagesDir(docker)))) return
    const removed = await removeRuntimes(docker, await keptRuntimes(store))
    if (removed.length > 0) log.info({ removed }, 'the disk is full: images of runtimes that nobody needs were removed')
  }
  const bounds = { diskBudgetBytes, diskFloorBytes }
  const removed = await makeRoom({
    dataDir,
    store,
    nowMs: Date.now(),
    ...bounds,
    ...used,
    runs,
    removeImages,
    removeSnapshots: (bytes) => removeSnapshots(dataDir, bytes),
  })
  if (removed > 0) log.info({ removed }, 'artifacts were removed to make room')
  return removed
}
