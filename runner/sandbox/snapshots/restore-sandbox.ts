import { utimes } from 'node:fs/promises'
import { MicropushError } from '../../../contract/errors.ts'
import { platformLimits } from '../../../contract/limits.ts'
import type { Attacher } from '../attach/attacher.ts'
import { appMounts } from '../container/app-mounts.ts'
import { noteOwner } from '../owner.ts'
import { endFailed } from '../remains.ts'
import type { Phase, Sandbox, SandboxContext, SandboxSpec } from '../sandbox.ts'
import { linkSocket } from '../start/link-socket.ts'
import { listen } from '../start/phases.ts'
import { isOfMachine, misfit, readManifest, snapshotKey, type Manifest } from './manifest.ts'
import { removeSnapshot } from './remove-snapshot.ts'
import { restore } from './restore.ts'
import { snapshotPaths, type SnapshotPaths } from './snapshot-paths.ts'
import type { Waiting } from './waiting/waiting.ts'

interface RestoreOptions {
  readonly attacher: Attacher
  readonly signal: AbortSignal
  readonly onPhase?: (phase: Phase) => void
  /** A container that waits for the runtime's image. */
  readonly take: (image: string, signal: AbortSignal) => Promise<Waiting>
  /** From the order to an imported app; beyond that a plain start is the better one. */
  readonly restoreMs?: number
}

/** There is no snapshot that may be used, and now none at all. */
interface Unfit {
  readonly unfit: true
  /** For the log; undefined when there never was one. */
  readonly why?: string
  /** It was tried, and did not bring its app back. */
  readonly failed?: true
}

export type Restored = Sandbox | Unfit

/** It takes a few hundred at most, on a machine that is not overwhelmed. */
const RESTORE_MS = 3000

/**
 * Wakes a deployment from its snapshot. Whatever stands in the way, nothing is left of the attempt: a plain start is always possible. The snapshot is
 * thrown away, unless it was the machine that failed.
 *
 * @throws MicropushError `engine-unavailable` when Docker cannot be had, or what waited is of no use; the signal's reason when it aborts.
 */
export async function restoreSandbox(
  context: SandboxContext,
  spec: SandboxSpec,
  options: RestoreOptions,
): Promise<Restored> {
  const { deploymentId, image } = spec
  const manifest = await readManifest(context.dataDir, deploymentId)
  if (manifest === undefined) return { unfit: true }
  const why = misfit(manifest, { key: snapshotKey(spec), image })
  if (why !== undefined) return throwAway(context, spec, why)
  // It is there so that it is not taken again.
  if (manifest.restoreMs >= manifest.startMs) return { unfit: true }
  return context.starts.hurry(async () => {
    const waiting = await options.take(image, options.signal)
    // What many want at once is taken at once, so that as many wait the next time.
    return context.restores.run(() => useWaiting(context, { waiting, spec, manifest }, options))
  })
}

interface Use {
  readonly waiting: Waiting
  readonly spec: SandboxSpec
  readonly manifest: Manifest
}

async function useWaiting(context: SandboxContext, use: Use, options: RestoreOptions): Promise<Restored> {
  const { waiting, spec, manifest } = use
  try {
    const isOurs = isOfMachine(manifest, waiting.machine)
    const failure = isOurs ? await wake(context, use, options) : undefined
    if (isOurs && failure === undefined) {
      const { id, containerId, paths } = waiting
      const { deploymentId } = spec
      const { isolation } = context
      const startedAtMs = Date.now()
      return { id, containerId, deploymentId, socket: paths.socket, isolation, startedBy: 'snapshot', startedAtMs }
    }
    await endFailed(context, waiting)
    if (failure !== undefined) return { ...(await throwAway(context, spec, failure)), failed: true }
    return await throwAway(context, spec, 'it was taken by another version of gVisor or on another machine')
  } catch (error) {
    await endFailed(context, waiting)
    throw error
  } finally {
    waiting.release()
  }
}

/**
 * @returns why it did not come to its end; undefined when it listens.
 * @throws MicropushError `engine-unavailable` when that is no fault of the snapshot's; the signal's reason when it aborts.
 */
async function wake(
  context: SandboxContext,
  { waiting, spec, manifest }: Use,
  { attacher, signal, onPhase = () => {}, restoreMs = RESTORE_MS }: RestoreOptions,
): Promise<string | undefined> {
  const deadline = AbortSignal.timeout(restoreMs)
  try {
    // Before anything of the deployment gets into it.
    await noteOwner(waiting.paths, spec.deploymentId)
    const by = { sandboxId: waiting.id, deploymentId: spec.deploymentId }
    if (manifest.uid !== waiting.uid && !context.uids.claim(manifest.uid, by))
      throw new MicropushError('engine-unavailable', 'The user of a snapshot is another sandbox’s at the moment.')
    const paths = snapshotPaths(context.dataDir, spec.deploymentId)
    const snapshot = { paths, manifest, mounts: appMounts(spec), attacher }
    const channel = await restore(waiting, snapshot, AbortSignal.any([signal, deadline]))
    if (channel === undefined) return 'it could not be brought back'
    onPhase('imported')
    const listening = AbortSignal.any([signal, AbortSignal.timeout(platformLimits.startMs)])
    const end = await listen(channel, listening).finally(() => channel.close())
    if (end.kind === 'closed') return 'the app ended when it had come back'
    if (end.kind === 'failed')
      return `the app did not listen when it had come back: ${spec.mask?.(end.text) ?? end.text}`
    await linkSocket(waiting.paths)
    void noteUse(paths)
    onPhase('listening')
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    // The next one that waits may do.
    if (error instanceof MicropushError && error.code === 'engine-unavailable') throw error
    if (deadline.aborted) return `it had not come back after ${restoreMs} ms`
    return error instanceof Error ? error.message : String(error)
  }
}

async function throwAway({ dataDir }: SandboxContext, { deploymentId }: SandboxSpec, why: string): Promise<Unfit> {
  await removeSnapshot(dataDir, deploymentId)
  return { unfit: true, why }
}

/** For when there is not room for all of them. */
async function noteUse({ manifest }: SnapshotPaths): Promise<void> {
  const now = new Date()
  await utimes(manifest, now, now).catch(() => {
    // It was taken away meanwhile; or it looks older than it is.
  })
}
