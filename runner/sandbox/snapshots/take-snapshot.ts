import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Attacher } from '../attach/attacher.ts'
import { appMounts } from '../container/app-mounts.ts'
import { endFailed } from '../remains.ts'
import type { SandboxContext, SandboxSpec } from '../sandbox.ts'
import { writeManifest, type Manifest } from './manifest.ts'
import { removeSnapshot } from './remove-snapshot.ts'
import { restore } from './restore.ts'
import { save, type Saved, type Saving } from './save.ts'
import { pathsBelow, snapshotPaths, snapshotsDir } from './snapshot-paths.ts'
import { startWaiting, type Waiting, type WaitingFor } from './waiting/waiting.ts'

/**
 * `slower`: it is kept as a note alone, because a plain start takes less. `outdated`: it would be started with another environment by now.
 * `none`: why there is none.
 */
export type Taken =
  | { readonly kind: 'taken' | 'slower'; readonly manifest: Manifest }
  | { readonly kind: 'outdated' }
  | { readonly kind: 'none'; readonly why: string }

interface TakeOptions {
  readonly attacher: Attacher
  readonly signal: AbortSignal
  /** Asked right before it is put in place. */
  readonly isCurrent: () => Promise<boolean>
}

const RESTORE_MS = 10_000
const SPARE_BYTES = 1024 ** 3

/**
 * Imports a deployment's app in a sandbox that serves nobody, puts its memory on disk, and brings it back once: what does not come back then is no
 * snapshot. The live sandbox is not touched.
 *
 * @throws MicropushError `engine-unavailable` when Docker cannot be had; the signal's reason when it aborts.
 */
export async function takeSnapshot(
  context: SandboxContext,
  spec: SandboxSpec,
  { attacher, signal, isCurrent }: TakeOptions,
): Promise<Taken> {
  const { dataDir } = context
  if (!(await hasRoom(dataDir, spec.limits.memoryBytes))) return { kind: 'none', why: 'the disk is nearly full' }
  const draft = pathsBelow(`${snapshotPaths(dataDir, spec.deploymentId).folder}.${randomBytes(4).toString('hex')}`)
  await mkdir(snapshotsDir(dataDir), { recursive: true, mode: 0o700 })
  // Whatever made it before.
  await chmod(snapshotsDir(dataDir), 0o700)
  await mkdir(draft.folder, { mode: 0o700 })
  await mkdir(draft.image, { mode: 0o700 })
  try {
    const saved = await inWaiting(context, { spec, signal }, (waiting, madeInMs) =>
      save(waiting, { spec, draft, attacher, madeInMs, signal }),
    )
    if (typeof saved === 'string') return { kind: 'none', why: saved }
    // Its first sandbox has given the user back that all of them have.
    if (!context.uids.claim(saved.uid, { sandboxId: draft.folder, deploymentId: spec.deploymentId }))
      return { kind: 'none', why: 'its user is another sandbox’s by now' }
    const tryOnce = async () =>
      inWaiting(context, { spec, signal, isFor: 'restore' }, (waiting) =>
        tryOut(waiting, { saved, spec, draft, attacher, signal }),
      )
    const first = await tryOnce()
    // Somebody else may have had the processor just then.
    const restoreMs = typeof first === 'number' && first >= saved.startMs ? await tryOnce() : first
    if (typeof restoreMs === 'string') return { kind: 'none', why: restoreMs }
    const manifest = { ...saved, restoreMs, bytes: await sizeOf(draft.image) }
    const kind = restoreMs < saved.startMs ? 'taken' : 'slower'
    if (kind === 'slower') await rm(draft.image, { recursive: true })
    await writeManifest(draft.manifest, manifest)
    await removeSnapshot(dataDir, spec.deploymentId)
    if (!(await isCurrent())) return { kind: 'outdated' }
    // Whoever changes a secret after that aborts this and waits for its end, or finds what is there and takes it away.
    signal.throwIfAborted()
    await rename(draft.folder, snapshotPaths(dataDir, spec.deploymentId).folder)
    return { kind, manifest }
  } finally {
    context.uids.unclaim(draft.folder)
    await rm(draft.folder, { recursive: true, force: true })
  }
}

interface InWaiting extends Pick<WaitingFor, 'isFor'> {
  readonly spec: SandboxSpec
  readonly signal: AbortSignal
}

async function inWaiting<T>(
  context: SandboxContext,
  { spec, signal, ...purpose }: InWaiting,
  use: (waiting: Waiting, madeInMs: number) => Promise<T>,
): Promise<T> {
  const { waiting, madeInMs } = await context.starts.run('ahead', signal, async () => {
    const beganAtMs = performance.now()
    const made = await startWaiting(context, { image: spec.image, limits: spec.limits, ...purpose }, signal)
    return { waiting: made, madeInMs: performance.now() - beganAtMs }
  })
  try {
    return await use(waiting, madeInMs)
  } finally {
    waiting.release()
    await endFailed(context, waiting)
  }
}

interface TryOut extends Omit<Saving, 'madeInMs'> {
  readonly saved: Saved
}

/** @returns how long it took to come back, in ms, or that it did not. */
async function tryOut(waiting: Waiting, { saved, spec, draft, attacher, signal }: TryOut): Promise<number | string> {
  const beganAtMs = performance.now()
  const deadline = AbortSignal.timeout(RESTORE_MS)
  try {
    const either = AbortSignal.any([signal, deadline])
    const channel = await restore(waiting, { paths: draft, manifest: saved, mounts: appMounts(spec), attacher }, either)
    channel?.close()
    if (channel === undefined) return 'it does not come back'
    return Math.round(performance.now() - beganAtMs)
  } catch (error) {
    if (deadline.aborted && !signal.aborted) return 'it does not come back in time'
    throw error
  }
}

/** It takes as much as the app has in memory; the rest is for whoever else writes meanwhile. */
async function hasRoom(dataDir: string, memoryBytes: number): Promise<boolean> {
  const { bavail, bsize } = await statfs(dataDir)
  return bavail * bsize > 2 * memoryBytes + SPARE_BYTES
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder)
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).blocks * 512))
  return sizes.reduce((sum, size) => sum + size, 0)
}
