import { containerState } from '../../docker/containers.ts'
import type { Runner } from '../../runner.ts'
import { noteExit } from './note-end.ts'

/**
 * Looks whether a deployment's sandbox still runs, and handles its end when it does not: one that ended before the fleet knew it is
 * told of by nobody.
 */
export async function examine(runner: Runner, deploymentId: string): Promise<void> {
  const sandbox = runner.fleet.sandbox(deploymentId)
  if (sandbox === undefined) return
  const state = await containerState(runner.docker, sandbox.containerId).catch((error: unknown) => {
    runner.log.warn({ err: error, deploymentId }, 'a sandbox could not be looked at')
    return 'unknown' as const
  })
  if (state === 'unknown' || state?.running === true) return
  const { containerId, id: sandboxId } = sandbox
  const { exitCode, oomKilled } = state ?? { exitCode: -1, oomKilled: false }
  await noteExit(runner, { sandboxId, containerId, deploymentId, exitCode, oomKilled })
}
