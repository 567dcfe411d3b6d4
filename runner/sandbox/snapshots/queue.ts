import { setTimeout as delay } from 'node:timers/promises'
import type { Attacher } from '../attach/attacher.ts'
import type { SandboxContext, SandboxSpec } from '../sandbox.ts'
import { misfit, readManifest, snapshotKey } from './manifest.ts'
import { removeSnapshot } from './remove-snapshot.ts'
import type { Restored } from './restore-sandbox.ts'
import type { SnapshotsOptions } from './snapshots.ts'
import { takeSnapshot } from './take-snapshot.ts'
import { createTries } from './tries.ts'

interface Options extends Pick<SnapshotsOptions, 'served' | 'mayFill' | 'onTaken' | 'onRefused' | 'onProblem'> {
  readonly attacher: Attacher
}

/** What is being taken. */
interface Taking {
  readonly deploymentId: string
  readonly forgotten: AbortController
  readonly ended: Promise<void>
}

interface Queue {
  /** In place of what was asked for the deployment before. */
  add(order: Order): void
  /** What became of a wake out of one. */
  note(spec: SandboxSpec, restored: Restored): void
  /** What was asked for a deployment is of no use any more, nor is what is being taken. Resolves when nothing of the latter is left. */
  forget(deploymentId: string): Promise<void>
  close(): Promise<void>
}

export interface Order {
  readonly spec: SandboxSpec
  /** Whether it would be started with the same environment now: its secrets may have changed since it was read. */
  readonly isCurrent: () => Promise<boolean>
}

/** Whoever pushed looks at the new deployment first; it need not share the processor with what saves time later. */
const PAUSE_MS = 3000

/** Takes snapshots one after the other. */
export function createQueue(context: SandboxContext, options: Options): Queue {
  const stop = new AbortController()
  const { signal } = stop
  const tries = createTries((deploymentId, times) =>
    options.onRefused(
      deploymentId,
      `it failed ${times} times, and is not tried again with the same files and environment`,
    ),
  )
  const waiting: Order[] = []
  let taking: Taking | undefined
  let working: Promise<void> | undefined

  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      await delay(PAUSE_MS, undefined, { signal }).catch(() => {
        // Going down: the loop ends.
      })
      const order = waiting.shift()
      if (signal.aborted || order === undefined) return
      const forgotten = new AbortController()
      const { deploymentId } = order.spec
      const ended = takeOne(order, AbortSignal.any([signal, forgotten.signal])).catch((error: unknown) => {
        if (!signal.aborted && !forgotten.signal.aborted) options.onProblem('a snapshot could not be taken', error)
      })
      taking = { deploymentId, forgotten, ended }
      await ended
      taking = undefined
    }
  }
  const takeOne = async (order: Order, wanted: AbortSignal): Promise<void> => {
    const { spec } = order
    const { deploymentId, image } = spec
    const isServed = () => !wanted.aborted && options.served().has(deploymentId)
    const key = snapshotKey(spec)
    if (!isServed() || !options.mayFill() || !(await order.isCurrent())) return
    const there = await readManifest(context.dataDir, deploymentId)
    if (there !== undefined && misfit(there, { key, image }) === undefined) return
    const times = tries.begin(deploymentId, key)
    if (times === undefined) return
    const { attacher } = options
    const taken = await takeSnapshot(context, spec, { attacher, signal: wanted, isCurrent: order.isCurrent })
    // It may have been ended meanwhile, and nobody else would look for it.
    if (!isServed()) return removeSnapshot(context.dataDir, deploymentId)
    if (taken.kind === 'outdated') return
    if (taken.kind !== 'none') {
      tries.succeeded(deploymentId)
      return options.onTaken(deploymentId, taken.manifest)
    }
    // It may have been the machine's fault.
    if (times === 1) waiting.push(order)
    else options.onRefused(deploymentId, taken.why)
  }

  const placeOf = (id: string) => waiting.findIndex(({ spec }) => spec.deploymentId === id)

  return {
    add(order) {
      if (signal.aborted) return
      const at = placeOf(order.spec.deploymentId)
      if (at >= 0) waiting[at] = order
      else waiting.push(order)
      working ??= work().finally(() => (working = undefined))
    },
    note(spec, restored) {
      if (!('unfit' in restored)) tries.forget(spec.deploymentId)
      else if (restored.failed) tries.failed(spec.deploymentId, snapshotKey(spec))
    },
    async forget(deploymentId) {
      const at = placeOf(deploymentId)
      if (at >= 0) waiting.splice(at, 1)
      tries.forget(deploymentId)
      if (taking?.deploymentId !== deploymentId) return
      taking.forgotten.abort(new Error('it is not wanted any more'))
      await taking.ended
    },
    async close() {
      stop.abort(new Error('the runner goes down'))
      await working
    },
  }
}
