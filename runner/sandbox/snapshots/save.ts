import type { Attacher } from '../attach/attacher.ts'
import { platformLimits } from '../../../contract/limits.ts'
import { appMounts } from '../container/app-mounts.ts'
import type { SandboxSpec } from '../sandbox.ts'
import type { ControlChannel } from '../start/control-channel.ts'
import { expect, importApp, load, park, type PhaseEnd } from '../start/phases.ts'
import { startMessage } from '../start/start-message.ts'
import { keepFiles } from './files.ts'
import { snapshotKey, type Manifest } from './manifest.ts'
import type { SnapshotPaths } from './snapshot-paths.ts'
import { runIn } from './waiting/run-in.ts'
import type { Waiting } from './waiting/waiting.ts'

/** Writing it takes a second for each GB at most, on a disk that deserves the name. */
const SAVE_MS = 30_000

/** Why there is none of an app that nobody could ready for it. */
export const UNFIT = 'it serves its port, or has threads or processes of its own, while it is imported'

/** What is known of a snapshot before it was brought back for the first time. */
export type Saved = Omit<Manifest, 'restoreMs' | 'bytes'>

export interface Saving {
  readonly spec: SandboxSpec
  readonly draft: SnapshotPaths
  readonly attacher: Attacher
  /** How long its container took to be there. */
  readonly madeInMs: number
  readonly signal: AbortSignal
}

/**
 * Imports an app in a container that waits, and puts its memory on disk; the container ends by that.
 *
 * @returns what the manifest says of it, or why it cannot be had.
 * @throws the signal's reason when it aborts; Error when something hangs.
 */
export async function save(
  waiting: Waiting,
  { spec, draft, attacher, madeInMs, signal }: Saving,
): Promise<Saved | string> {
  const starting = AbortSignal.any([signal, AbortSignal.timeout(platformLimits.startMs)])
  const beganAtMs = performance.now()
  const channel = await runIn(waiting, {
    attacher,
    mounts: appMounts(spec),
    uid: waiting.uid,
    begin: () => waiting.order('start'),
    signal: starting,
  })
  if (channel === undefined) return 'gVisor did not start'
  const failed = await toImported(channel, spec, starting)
  const startMs = Math.round(madeInMs + performance.now() - beganAtMs)
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
    startMs,
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
  return (await park(channel, signal)).kind === 'reached' ? undefined : UNFIT
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
