import { defaultLimits } from '../../../contract/limits.ts'
import { MicropushError } from '../../../contract/errors.ts'
import { openLimitMemory, type LimitMemory } from '../cgroup/limit-memory.ts'
import { readReach } from '../cgroup/reach.ts'
import { containerState } from '../../docker/containers.ts'
import { destroySandbox } from '../destroy-sandbox.ts'
import type { RuntimeKind } from '../pool/runtimes-in-use.ts'
import { prepareSandbox, type PreparedSandbox } from '../prepare-sandbox.ts'
import type { SandboxContext } from '../sandbox.ts'
import { load } from '../start/phases.ts'
import { cellMessage } from '../start/start-message.ts'

/** A sandbox with its runtime loaded and nobody's code in it, which waits for its app. */
export interface Cell {
  readonly kind: RuntimeKind
  readonly sandbox: PreparedSandbox
  /** Of its init, as the host counts. */
  readonly pid: number
  /** Undefined where that cannot be done from here. */
  readonly limitMemory: LimitMemory | undefined
}

const LOAD_MS = 30_000

/** Starts one, up to where it is loaded; it runs. Nothing is left of one that fails. @throws MicropushError `engine-unavailable` */
export async function makeCell(context: SandboxContext, kind: RuntimeKind, signal: AbortSignal): Promise<Cell> {
  const shell = { deploymentId: undefined, image: kind.image, limits: defaultLimits, mounts: [] }
  const sandbox = await prepareSandbox(context, shell, { signal, onPhase: () => {} })
  try {
    const either = AbortSignal.any([signal, AbortSignal.timeout(LOAD_MS)])
    const end = await load(sandbox.channel, cellMessage(kind.language), either)
    if (end.kind !== 'reached')
      throw new MicropushError(
        'engine-unavailable',
        `A runtime did not load ahead of need: ${end.kind === 'failed' ? end.text : 'it ended'}`,
      )
    const { pid } = (await containerState(context.docker, sandbox.containerId)) ?? { pid: 0 }
    const limitMemory = await openLimitMemory(await readReach(), { pid, containerId: sandbox.containerId })
    return { kind, sandbox, pid, limitMemory }
  } catch (error) {
    await discardCell(context, { sandbox })
    throw error
  }
}

export async function discardCell(context: SandboxContext, { sandbox }: Pick<Cell, 'sandbox'>): Promise<void> {
  sandbox.release()
  await destroySandbox(context, sandbox, { graceSeconds: 0 })
}
