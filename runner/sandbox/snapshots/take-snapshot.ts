import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { platformLimits } from '../../../contract/limits.ts'
import type { Attacher } from '../cells/attacher.ts'
import { appMounts } from '../container/app-mounts.ts'
import { destroySandbox } from '../destroy-sandbox.ts'
import type { SandboxContext, SandboxSpec } from '../sandbox.ts'
import type { ControlChannel } from '../start/control-channel.ts'
import { expect, importApp, load, park, type PhaseEnd } from '../start/phases.ts'
import { startMessage } from '../start/start-message.ts'
import { keepFiles } from './files.ts'
import { snapshotKey, writeManifest, type Manifest } from './manifest.ts'
import { removeSnapshot } from './remove-snapshot.ts'
import { restore } from './restore.ts'
import { pathsBelow, snapshotPaths, snapshotsDir, type SnapshotPaths } from './snapshot-paths.ts'
import { runIn } from './waiting/run-in.ts'
import { startWaiting, type Waiting } from './waiting/waiting.ts'

/** `slower`: it is kept as a note alone, because a plain start takes less. `none`: why there is none. */
export type Taken =
  | { readonly kind: 'taken' | 'slower'; readonly manifest: Manifest }
  | { readonly kind: 'none'; readonly why: string }

interface TakeOptions {
  readonly attacher: Attacher
  readonly signal: AbortSignal
}

/** Writing it takes a second for each GB at most, on a disk that deserves the name. */
const SAVE_MS = 30_000
const RESTORE_MS = 10_000

/**
 * Imports a deployment's app in a sandbox that serves nobody, puts its memory on disk, and brings it back once: what does not come back then is no
 * snapshot. The live sandbox is not touched.
 *
 * @throws MicropushError `engine-unavailable` when Docker cannot be had; the signal's reason when it aborts.
 */
export async function takeSnapshot(
  context: SandboxContext,
  spec: SandboxSpec,
  { attacher, signal }: TakeOptions,
): Promise<Taken> {
  const { dataDir } = context
  const draft = pathsBelow(`${snapshotPaths(dataDir, spec.deploymentId).folder}.${randomBytes(4).toString('hex')}`)
  await mkdir(snapshotsDir(dataDir), { recursive: true, mode: 0o700 })
  // Whatever made it before.
  await chmod(snapshotsDir(dataDir), 0o700)
  await mkdir(draft.folder, { mode: 0o700 })
  await mkdir(draft.image, { mode: 0o700 })
  try {
    const saved = await inWaiting(context, { spec, signal }, (waiting) =>
      save(waiting, { spec, draft, attacher, signal }),
    )
    if (typeof saved === 'string') return { kind: 'none', why: saved }
    const restoreMs = await inWaiting(context, { spec, signal }, (waiting) =>
      tryOut(waiting, { saved, spec, draft, attacher, signal }),
    )
    if (typeof restoreMs === 'string') return { kind: 'none', why: restoreMs }
    const manifest = { ...saved, restoreMs, bytes: await sizeOf(draft.image) }
    const kind = restoreMs < saved.importMs ? 'taken' : 'slower'
    if (kind === 'slower') await rm(draft.image, { recursive: true })
    await writeManifest(draft.manifest, manifest)
    await removeSnapshot(dataDir, spec.deploymentId)
    await rename(draft.folder, snapshotPaths(dataDir, spec.deploymentId).folder)
    return { kind, manifest }
  } finally {
    await rm(draft.folder, { recursive: true, force: true })
  }
}

async function inWaiting<T>(
  context: SandboxContext,
  { spec: { image, limits }, signal }: { readonly spec: SandboxSpec; readonly signal: AbortSignal },
  use: (waiting: Waiting) => Promise<T>,
): Promise<T> {
  const waiting = await context.starts.run('ahead', signal, () => startWaiting(context, { image, limits }, signal))
  try {
    return await use(waiting)
  } finally {
    waiting.release()
    await destroySandbox(context, waiting, { graceSeconds: 0 })
  }
}

type Saved = Omit<Manifest, 'restoreMs' | 'bytes'>

interface Saving {
  readonly spec: SandboxSpec
  readonly draft: SnapshotPaths
  readonly attacher: Attacher
  readonly signal: AbortSignal
}

/** @returns what the manifest says of it, or why it cannot be had. */
async function save(waiting: Waiting, { spec, draft, attacher, signal }: Saving): Promise<Saved | string> {
  const starting = AbortSignal.any([signal, AbortSignal.timeout(platformLimits.startMs)])
  const beganAtMs = performance.now()
  const channel = await runIn(waiting, {
    attacher,
    mounts: appMounts(spec),
    uid: waiting.uid,
    order: 'start',
    signal: starting,
  })
  if (channel === undefined) return 'gVisor did not start'
  const failed = await toImported(channel, spec, starting)
  const importMs = Math.round(performance.now() - beganAtMs)
  const why = failed ?? (await toParked(channel, starting))
  channel.close()
  if (why !== undefined) return why
  await waiting.order(`save ${draft.image}`)
  const code = await within(waiting.exited, AbortSignal.any([signal, AbortSignal.timeout(SAVE_MS)]))
  if (code !== 0) return 'gVisor could not put it on disk'
  const files = await keepFiles(waiting.paths, draft)
  if (files === 'too-much') return 'it writes more than 16 MB or 1,000 files into /tmp while it is imported'
  return {
    version: 1,
    key: snapshotKey(spec),
    image: spec.image,
    machine: waiting.machine,
    uid: waiting.uid,
    importMs,
    hasFiles: files === 'some',
  }
}

async function toImported(
  channel: ControlChannel,
  spec: SandboxSpec,
  signal: AbortSignal,
): Promise<string | undefined> {
  const steps: (() => Promise<PhaseEnd>)[] = [
    () => expect(channel, 'hello', signal),
    () => load(channel, startMessage(spec), signal),
    () => importApp(channel, signal),
  ]
  for (const step of steps) {
    const end = await step()
    if (end.kind === 'failed')
      return `its import failed when it was repeated: ${(spec.mask?.(end.text) ?? end.text).split('\n', 1)[0] ?? ''}`
    if (end.kind === 'closed') return 'its import ended when it was repeated'
  }
  return undefined
}

async function toParked(channel: ControlChannel, signal: AbortSignal): Promise<string | undefined> {
  return (await park(channel, signal)).kind === 'reached' ? undefined : 'it serves its port while it is imported'
}

interface TryOut extends Saving {
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

async function within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    signal.throwIfAborted()
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder)
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).blocks * 512))
  return sizes.reduce((sum, size) => sum + size, 0)
}
