import { MicropushError } from '../../../contract/errors.ts'
import { containerState } from '../../docker/containers.ts'
import { readAppOutput } from './app-output.ts'
import type { PhaseEnd } from './phases.ts'
import type { PreparedSandbox } from '../prepare-sandbox.ts'
import { APP_PORT, type Phase, type SandboxContext, type SandboxSpec } from '../sandbox.ts'

export interface FailedPhase {
  /** The phase that was not reached. */
  readonly phase: Exclude<Phase, 'created' | 'started'>
  readonly end: Exclude<PhaseEnd, { kind: 'reached' }> | { readonly kind: 'late'; readonly startMs: number }
}

interface Failure {
  readonly spec: SandboxSpec
  readonly sandbox: PreparedSandbox
  readonly failed: FailedPhase
}

/** How long Docker may take to notice that a process which closed its channel has ended, and one which said that it failed may take to end. */
const EXIT_MS = { closed: 5_000, failed: 1_000, late: 0 } as const

/** Finds out what happened, while the container is still there, and says it in words for the person who pushed. */
export async function explainFailure(
  context: SandboxContext,
  { spec, sandbox, failed }: Failure,
): Promise<MicropushError> {
  await ended(sandbox, EXIT_MS[failed.end.kind])
  const state = await containerState(context.docker, sandbox.containerId)
  const output = await readAppOutput(context, sandbox, spec.mask)
  return describeFailure({
    micro: spec.micro,
    command: spec.launch.kind === 'command' ? spec.launch.command : undefined,
    memoryBytes: spec.limits.memoryBytes,
    failed: spec.mask === undefined ? failed : masked(failed, spec.mask),
    output,
    oomKilled: state?.oomKilled ?? false,
    exitCode: state === undefined || state.running ? undefined : state.exitCode,
  })
}

/** What a loader says of an exception may hold what the app put into it. */
function masked({ phase, end }: FailedPhase, mask: (text: string) => string): FailedPhase {
  return { phase, end: end.kind === 'failed' ? { ...end, text: mask(end.text) } : end }
}

interface Facts {
  readonly micro: string
  /** The command of `run:`, when that is how it starts. */
  readonly command: string | undefined
  readonly memoryBytes: number
  readonly failed: FailedPhase
  readonly output: string
  readonly oomKilled: boolean
  /** Undefined while it runs. */
  readonly exitCode: number | undefined
}

/** The error for a start that failed: the first line says what and what to do, the lines after it what the app wrote last. */
export function describeFailure(facts: Facts): MicropushError {
  const { micro, failed, output } = facts
  if (facts.oomKilled) {
    const megabytes = Math.round(facts.memoryBytes / (1024 * 1024))
    return new MicropushError(
      'out-of-memory',
      withOutput(
        `${micro} used more than its ${megabytes} MB of memory while it started. Load less at start, or raise limits.memory.`,
        output,
      ),
    )
  }
  const { end } = failed
  switch (end.kind) {
    case 'failed':
      return new MicropushError('start-failed', withOutput(`${micro} did not start: ${end.text.trim()}`, output))
    case 'late':
      return new MicropushError(
        'start-timeout',
        withOutput(
          `${micro} was not ready within ${end.startMs / 1000} s: ${awaited(failed.phase, facts.command)}`,
          output,
        ),
      )
    case 'closed':
      return new MicropushError('start-failed', withOutput(ending(facts), output))
  }
}

function awaited(phase: FailedPhase['phase'], command: string | undefined): string {
  switch (phase) {
    case 'loaded':
      return 'its runtime did not load. Push again or ask the operator.'
    case 'imported':
      return 'its import did not come to an end. Move slow work out of the top level of the module.'
    case 'listening':
      return command === undefined
        ? `it neither finished its start-up nor listens on the port in $PORT (${APP_PORT}).`
        : `\`${command}\` does not listen on 127.0.0.1 or 0.0.0.0 at the port in $PORT (${APP_PORT}).`
  }
}

function ending({ micro, command, exitCode }: Facts): string {
  const what = command === undefined ? micro : `${micro} (\`${command}\`)`
  const how = exitCode === undefined ? 'closed its control channel' : `ended with exit code ${exitCode}`
  return `${what} ${how} before it was ready. It must export an app, or listen on the port in $PORT (${APP_PORT}) and go on running.`
}

function withOutput(summary: string, output: string): string {
  return output === '' ? summary : `${summary}\n\nIts last output:\n${output}`
}

async function ended(sandbox: PreparedSandbox, withinMs: number): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, withinMs)
  // That Docker cannot say when it ended does not matter here: its state is read next.
  await Promise.race([
    sandbox.exited.then(
      () => undefined,
      () => undefined,
    ),
    late.promise,
  ])
  clearTimeout(timer)
}
