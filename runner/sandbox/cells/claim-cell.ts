import { defaultLimits } from '../../../contract/limits.ts'
import { appMounts } from '../container/app-mounts.ts'
import { noteOwner } from '../owner.ts'
import type { PreparedSandbox } from '../prepare-sandbox.ts'
import type { SandboxContext, SandboxSpec } from '../sandbox.ts'
import { thaw } from '../sleep/sleep.ts'
import { adopt, load } from '../start/phases.ts'
import { startMessage } from '../start/start-message.ts'
import type { Attacher } from '../attach/attacher.ts'
import type { Cell } from './cell.ts'
import { claimOf } from './claim-of.ts'

interface Claim {
  readonly attacher: Attacher
  readonly spec: SandboxSpec
  readonly signal: AbortSignal
}

/** Everything up to a loaded runtime is our own and takes milliseconds. */
const CLAIM_MS = 10_000

/**
 * Makes a cell the sandbox of a deployment: from here on all is as after a plain start whose runtime has just been loaded. The message waits in the cell's
 * socket when it is thawed.
 *
 * @throws Error when it cannot be done; the cell is of no use any more then.
 */
export async function claimCell(
  context: SandboxContext,
  cell: Cell,
  { attacher, spec, signal }: Claim,
): Promise<PreparedSandbox> {
  const { sandbox, pid, limitMemory } = cell
  const { paths, containerId, channel } = sandbox
  await noteOwner(paths, spec.deploymentId)
  await attacher.attach({ pid, box: paths.box, mounts: appMounts(spec) })
  const { memoryBytes } = spec.limits
  if (memoryBytes !== defaultLimits.memoryBytes) {
    if (limitMemory === undefined) throw new Error('a sandbox that runs cannot be given another limit of memory')
    await limitMemory(memoryBytes, defaultLimits.memoryBytes)
  }
  const either = AbortSignal.any([signal, AbortSignal.timeout(CLAIM_MS)])
  const message = startMessage(spec)
  const loading = claimOf(spec) === 'adopt' ? adopt(channel, message, either) : load(channel, message, either)
  // Awaited below, whatever comes before that.
  loading.catch(() => {})
  await thaw(context, { containerId, isolation: context.isolation })
  const end = await loading
  if (end.kind !== 'reached')
    throw new Error(end.kind === 'failed' ? end.text : 'the sandbox that waited for its app ended')
  return { ...sandbox, startedAtMs: Date.now() }
}
