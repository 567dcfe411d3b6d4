import { setTimeout as delay } from 'node:timers/promises'
import type { Attacher } from '../attach/attacher.ts'
import type { SandboxContext, SandboxSpec } from '../sandbox.ts'
import { misfit, readManifest, snapshotKey } from './manifest.ts'
import { removeSnapshot } from './remove-snapshot.ts'
import type { SnapshotsOptions } from './snapshots.ts'
import { takeSnapshot } from './take-snapshot.ts'

interface Options extends Pick<SnapshotsOptions, 'served' | 'mayFill' | 'onTaken' | 'onRefused' | 'onProblem'> {
  readonly attacher: Attacher
}

interface Queue {
  add(spec: SandboxSpec): void
  /** What was asked for a deployment is of no use any more, nor is what is being taken. */
  forget(deploymentId: string): void
  close(): Promise<void>
}

/** Whoever pushed looks at the new deployment first; it need not share the processor with what saves time later. */
const PAUSE_MS = 3000
/** How often it is tried with the same files and environment, also when one that was taken did not bring its app back. */
const MOST_TIMES = 3
/** Deployments that are remembered as tried. Beyond that they are forgotten, and tried once more. */
const REMEMBERED = 10_000

/** Takes snapshots one after the other. */
export function createQueue(context: SandboxContext, options: Options): Queue {
  const stop = new AbortController()
  const { signal } = stop
  const tried = new Map<string, { readonly key: string; readonly times: number }>()
  const waiting: SandboxSpec[] = []
  /** What is being taken, and whether it is still wanted. */
  let taking: { readonly deploymentId: string; isWanted: boolean } | undefined
  let working: Promise<void> | undefined

  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      await delay(PAUSE_MS, undefined, { signal }).catch(() => {
        // Going down: the loop ends.
      })
      const spec = waiting.shift()
      if (signal.aborted || spec === undefined) return
      await takeOne(spec).catch((error: unknown) => {
        if (!signal.aborted) options.onProblem('a snapshot could not be taken', error)
      })
    }
  }
  const takeOne = async (spec: SandboxSpec): Promise<void> => {
    const { deploymentId, image } = spec
    const mine = { deploymentId, isWanted: true }
    taking = mine
    const isServed = () => mine.isWanted && options.served().has(deploymentId)
    const key = snapshotKey(spec)
    const before = tried.get(deploymentId)
    const times = before?.key === key ? before.times + 1 : 1
    if (!isServed() || times > MOST_TIMES || !options.mayFill()) return
    const there = await readManifest(context.dataDir, deploymentId)
    if (there !== undefined && misfit(there, { key, image }) === undefined) return
    if (tried.size >= REMEMBERED) tried.clear()
    tried.set(deploymentId, { key, times })
    const taken = await takeSnapshot(context, spec, { attacher: options.attacher, signal })
    // It may have been ended meanwhile, and nobody else would look for it.
    if (!isServed()) return removeSnapshot(context.dataDir, deploymentId)
    if (taken.kind !== 'none') return options.onTaken(deploymentId, taken.manifest)
    // It may have been the machine's fault.
    if (times === 1) waiting.push(spec)
    else options.onRefused(deploymentId, taken.why)
  }

  return {
    add(spec) {
      if (signal.aborted || waiting.some(({ deploymentId }) => deploymentId === spec.deploymentId)) return
      waiting.push(spec)
      working ??= work().finally(() => (working = undefined))
    },
    forget(deploymentId) {
      const at = waiting.findIndex((spec) => spec.deploymentId === deploymentId)
      if (at >= 0) waiting.splice(at, 1)
      if (taking?.deploymentId === deploymentId) taking.isWanted = false
      tried.delete(deploymentId)
    },
    async close() {
      stop.abort(new Error('the runner goes down'))
      await working
    },
  }
}
