import { appendLog } from '../../contract/store/logs.ts'
import type { Runner } from '../runner.ts'
import type { SandboxExit } from '../sandbox/watch-exits.ts'

/** A sandbox ended by itself: the gateways and the deployment's log are told why, and the next request starts a new one. */
export async function noteExit(runner: Runner, exit: SandboxExit): Promise<void> {
  await noteEnd(runner, exit, describeExit(exit))
}

/** A sandbox is of no use any more, for this reason: it is taken away if the fleet has not done so itself. */
export async function noteEnd(
  runner: Runner,
  end: Pick<SandboxExit, 'deploymentId' | 'containerId'> & Partial<SandboxExit>,
  reason: string,
): Promise<void> {
  const { deploymentId, containerId, exitCode, oomKilled } = end
  try {
    if (!(await runner.fleet.lost(deploymentId, containerId))) return
    runner.gateways.tell({ type: 'gone', deploymentId, reason })
    runner.log.warn({ deploymentId, exitCode, oomKilled }, reason)
    await appendLog(runner.store, { id: deploymentId, text: `==> ${reason}\n` })
  } catch (error) {
    runner.log.error({ err: error, deploymentId }, 'the end of a micro could not be handled')
  }
}

function describeExit(exit: SandboxExit): string {
  if (exit.oomKilled) return 'The micro was ended because it used more memory than its limit.'
  if (exit.exitCode < 0) return 'The micro ended by itself.'
  if (exit.exitCode > 128) return `The micro was ended by signal ${exit.exitCode - 128}.`
  return `The micro ended by itself with exit code ${exit.exitCode}.`
}
