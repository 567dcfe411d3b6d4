import { appendLog } from '../../contract/store/logs.ts'
import type { Runner } from '../runner.ts'
import type { SandboxExit } from '../sandbox/watch-exits.ts'

/** A sandbox ended by itself: the gateways and the deployment's log are told why, and the next request starts a new one. */
export async function noteExit(runner: Runner, exit: SandboxExit): Promise<void> {
  try {
    if (!(await runner.fleet.lost(exit.deploymentId, exit.containerId))) return
    const reason = describeExit(exit)
    runner.gateways.tell({ type: 'gone', deploymentId: exit.deploymentId, reason })
    runner.log.warn(
      { deploymentId: exit.deploymentId, exitCode: exit.exitCode, oomKilled: exit.oomKilled },
      'a micro ended by itself',
    )
    await appendLog(runner.store, { id: exit.deploymentId, text: `==> ${reason}\n` })
  } catch (error) {
    runner.log.error({ err: error, deploymentId: exit.deploymentId }, 'the end of a micro could not be handled')
  }
}

function describeExit(exit: SandboxExit): string {
  if (exit.oomKilled) return 'The micro was ended because it used more memory than its limit.'
  if (exit.exitCode < 0) return 'The micro ended by itself.'
  if (exit.exitCode > 128) return `The micro was ended by signal ${exit.exitCode - 128}.`
  return `The micro ended by itself with exit code ${exit.exitCode}.`
}
