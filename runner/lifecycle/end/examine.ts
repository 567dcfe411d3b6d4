import { containerState } from '../../docker/containers.ts'
import type { Runner } from '../../runner.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { noteExit } from './note-end.ts'

/**
 * Looks whether a deployment's sandboxes still run, or the one behind a socket, and handles the end of one that does not: one that ended
 * before the fleet knew it is told of by nobody.
 */
export async function examine(runner: Runner, deploymentId: string, socket?: string): Promise<void> {
  const sandboxes = runner.fleet.sandboxes(deploymentId).filter((one) => socket === undefined || one.socket === socket)
  await Promise.all(sandboxes.map((sandbox) => examineOne(runner, sandbox)))
}

async function examineOne(runner: Runner, sandbox: Sandbox): Promise<void> {
  const { containerId, deploymentId, id: sandboxId } = sandbox
  const state = await containerState(runner.docker, containerId).catch((error: unknown) => {
    runner.log.warn({ err: error, deploymentId }, 'a sandbox could not be looked at')
    return 'unknown' as const
  })
  if (state === 'unknown' || state?.running === true) return
  const { exitCode, oomKilled } = state ?? { exitCode: -1, oomKilled: false }
  await noteExit(runner, { sandboxId, containerId, deploymentId, exitCode, oomKilled })
}
