import type { SandboxContext } from '../sandbox.ts'
import type { Freezable } from './freezers.ts'

/**
 * Stops all processes of a sandbox where they are; its memory and its sockets stay. Requests wait in the socket until it is thawed.
 *
 * @throws MicropushError `engine-unavailable` when that cannot be done; then it runs.
 */
export async function freeze(context: Pick<SandboxContext, 'freezers'>, sandbox: Freezable): Promise<void> {
  await context.freezers.freeze(sandbox)
}

/**
 * Lets them go on, always by the mechanism that froze them.
 *
 * @throws MicropushError `engine-unavailable` when it has ended, or when it is in doubt whether it runs: then it is of no use any more.
 */
export async function thaw(context: Pick<SandboxContext, 'freezers'>, sandbox: Freezable): Promise<void> {
  await context.freezers.thaw(sandbox)
}
