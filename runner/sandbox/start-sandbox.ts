import { appMounts } from './container/app-mounts.ts'
import { platformLimits } from '../../contract/limits.ts'
import { MicropushError } from '../../contract/errors.ts'
import { explainFailure, type FailedPhase } from './start/explain-failure.ts'
import { linkSocket } from './start/link-socket.ts'
import { importApp, listen, load } from './start/phases.ts'
import { endFailed } from './remains.ts'
import { prepareSandbox, type PreparedSandbox } from './prepare-sandbox.ts'
import type { Phase, Sandbox, SandboxContext, SandboxSpec } from './sandbox.ts'
import { startMessage } from './start/start-message.ts'

interface StartOptions {
  readonly signal: AbortSignal
  /** Told when each phase is reached. */
  readonly onPhase: (phase: Phase) => void
  /** From the container's start to a listening app; the platform's limit unless told otherwise. */
  readonly startMs?: number
  /** Undefined takes what is faster; tests ask for one way. */
  readonly way?: 'plain' | 'cell'
}

/**
 * Starts a deployment in a sandbox of its own; resolves when its socket takes requests. On any failure nothing is left of it.
 *
 * @throws MicropushError `start-failed`, `start-timeout` or `out-of-memory`, with what the app wrote last;
 * `engine-unavailable` when Docker cannot be had; the signal's reason when it aborts.
 */
export async function startSandbox(
  context: SandboxContext,
  spec: SandboxSpec,
  options: StartOptions,
): Promise<Sandbox> {
  return context.starts.hurry(() => start(context, spec, options))
}

async function start(context: SandboxContext, spec: SandboxSpec, options: StartOptions): Promise<Sandbox> {
  const { sandbox, startedBy } = await provide(context, spec, options)
  try {
    const failed = await drive(sandbox, spec, { ...options, loaded: startedBy === 'cell' })
    if (failed !== undefined) throw await explainFailure(context, { spec, sandbox, failed })
    await linkSocket(sandbox.paths)
    options.onPhase('listening')
  } catch (error) {
    await endFailed(context, sandbox)
    throw error
  } finally {
    sandbox.release()
  }
  const { id, containerId, paths, startedAtMs } = sandbox
  const { deploymentId } = spec
  return { id, containerId, deploymentId, socket: paths.socket, isolation: context.isolation, startedBy, startedAtMs }
}

interface Provided {
  readonly sandbox: PreparedSandbox
  readonly startedBy: 'plain' | 'cell'
}

/** A sandbox that waited for its app with its runtime loaded, or else a new one whose init waits for orders. */
async function provide(context: SandboxContext, spec: SandboxSpec, options: StartOptions): Promise<Provided> {
  const { signal, onPhase, way } = options
  const cell = way === 'plain' ? undefined : await context.cells?.claim(spec, signal)
  if (cell !== undefined) {
    for (const phase of ['created', 'started', 'loaded'] as const) onPhase(phase)
    return { sandbox: cell, startedBy: 'cell' }
  }
  if (way === 'cell') throw new MicropushError('internal', 'No sandbox waits for this app.')
  const shell = { ...spec, mounts: appMounts(spec) }
  const sandbox = await context.starts.run('urgent', signal, () => prepareSandbox(context, shell, options))
  return { sandbox, startedBy: 'plain' }
}

/** Takes the app through its phases. @returns undefined when all are reached, else the phase that was not, and why. */
async function drive(
  { channel }: PreparedSandbox,
  spec: SandboxSpec,
  { signal, onPhase, startMs = platformLimits.startMs, loaded }: StartOptions & { readonly loaded: boolean },
): Promise<FailedPhase | undefined> {
  const deadline = AbortSignal.timeout(startMs)
  const either = AbortSignal.any([signal, deadline])
  const steps = [
    { phase: 'loaded', run: () => load(channel, startMessage(spec), either) },
    { phase: 'imported', run: () => importApp(channel, either) },
    { phase: 'listening', run: () => listen(channel, either) },
  ] as const
  for (const { phase, run } of loaded ? steps.slice(1) : steps) {
    const end = await run().catch((error: unknown) => {
      if (deadline.aborted && !signal.aborted) return { kind: 'late', startMs } as const
      throw error
    })
    if (end.kind !== 'reached') return { phase, end }
    if (phase !== 'listening') onPhase(phase)
  }
  return undefined
}
