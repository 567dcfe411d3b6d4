import { defaultLimits } from '../../../contract/limits.ts'
import type { Attacher } from '../attach/attacher.ts'
import { createPools, type Pools } from '../pool/pools.ts'
import { endFailed } from '../remains.ts'
import type { Sandbox, SandboxContext, SandboxSpec } from '../sandbox.ts'
import type { Manifest } from './manifest.ts'
import { createQueue, type Order } from './queue.ts'
import { removeSnapshot } from './remove-snapshot.ts'
import { restoreSandbox } from './restore-sandbox.ts'
import { startWaiting, type Waiting } from './waiting/waiting.ts'

export interface SnapshotsOptions {
  readonly attacher: Attacher
  /** How many containers wait at least for each runtime that is in use. */
  readonly least: number
  /** The memory that all of them together may have when more were wanted at once lately. */
  readonly mostBytes: number
  /** The deployments that visitors are led to. */
  served(): ReadonlySet<string>
  /** Whether there is memory for one more sandbox. */
  mayFill(): boolean
  /** There is one from now on. */
  onTaken(deploymentId: string, manifest: Manifest): void
  /** There will be none, and why, in words for the owner of the micro. */
  onRefused(deploymentId: string, why: string): void
  /** One was thrown away, and why. */
  onUnfit(deploymentId: string, why: string): void
  onProblem(message: string, error: unknown): void
}

/** Imported apps on disk, and what brings them back without waiting for Docker. */
export interface Snapshots extends Pick<Pools<Waiting>, 'know' | 'waiting' | 'has' | 'giveUp'> {
  /** Wakes a deployment from its snapshot. @returns undefined when a plain start has to serve. @throws the signal's reason */
  wake(spec: SandboxSpec, signal: AbortSignal): Promise<Sandbox | undefined>
  /** Takes one when there is time for it. What failed a few times with the same files and environment is not tried again. */
  request(order: Order): void
  /** Takes it away, and whatever is on its way to become one. */
  remove(deploymentId: string): Promise<void>
  /** Ends what is under way, and discards the containers that wait. */
  close(): Promise<void>
}

/** Of the host's memory, roughly: 20 MB of its own, 4 of a restore that is begun ahead, and what Docker holds for one. */
const WAITING_BYTES = 28 * 1024 ** 2

export function createSnapshots(context: SandboxContext, options: SnapshotsOptions): Snapshots {
  const { attacher } = options
  const pools = createPools<Waiting>({
    ...options,
    starts: context.starts,
    least: () => options.least,
    most: () => Math.floor(options.mostBytes / WAITING_BYTES),
    itemBytes: WAITING_BYTES,
    make: ({ image }, signal) => startWaiting(context, { image, limits: defaultLimits, isFor: 'restore' }, signal),
    async discard(waiting) {
      waiting.release()
      await endFailed(context, waiting)
    },
    of: (waiting) => waiting,
  })
  const queue = createQueue(context, options)

  const take = async ({ image, limits }: SandboxSpec, signal: AbortSignal): Promise<Waiting> => {
    const waiting = hasUsualLimits(limits) ? pools.take(image) : undefined
    if (waiting !== undefined) return waiting
    return context.starts.run('urgent', signal, () =>
      startWaiting(context, { image, limits, isFor: 'restore' }, signal),
    )
  }

  return {
    async wake(spec, signal) {
      try {
        const restored = await restoreSandbox(context, spec, { attacher, signal, take: () => take(spec, signal) })
        queue.note(spec, restored)
        if (!('unfit' in restored)) return restored
        if (restored.why !== undefined) options.onUnfit(spec.deploymentId, restored.why)
      } catch (error) {
        signal.throwIfAborted()
        options.onProblem('a snapshot could not be used, and its micro is started anew', error)
      }
      return undefined
    },
    request: (order) => queue.add(order),
    know: (deploymentId, kind) => pools.know(deploymentId, kind),
    waiting: () => pools.waiting(),
    has: (image) => pools.has(image),
    giveUp: (neededBytes, which) => pools.giveUp(neededBytes, which),
    async remove(deploymentId) {
      await queue.forget(deploymentId)
      await removeSnapshot(context.dataDir, deploymentId)
    },
    async close() {
      await queue.close()
      await pools.close()
      await attacher.close()
    },
  }
}

/** A container's limits are fixed when it is made. */
function hasUsualLimits(limits: SandboxSpec['limits']): boolean {
  return (['memoryBytes', 'processes', 'tmpBytes'] as const).every((name) => limits[name] === defaultLimits[name])
}
