import { describeEnd, type MicroEnd } from '../../../contract/end-reason.ts'
import { appendLog } from '../../../contract/store/logs/deployment-logs.ts'
import type { Runner } from '../../runner.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { SandboxExit } from '../../sandbox/watch-exits.ts'
import { endOf } from './end-of.ts'
import { noteIncident } from './note-incident.ts'

/** A sandbox ended by itself: the gateways and the logs are told why, it is counted, and the next request starts a new one. */
export async function noteExit(runner: Runner, exit: SandboxExit): Promise<void> {
  await noteEnd(runner, exit, endOf(exit, { refused: runner.processes.wereRefused(exit.containerId) }))
}

/** A sandbox is of no use any more, for this reason: it is taken away if the fleet has not done so itself. */
export async function noteEnd(
  runner: Runner,
  ended: Pick<SandboxExit, 'deploymentId' | 'containerId'>,
  end: MicroEnd,
): Promise<void> {
  const { deploymentId, containerId } = ended
  const words = describeEnd(end)
  try {
    // Those who wait for an answer wait for this word: they are told before what is left of the sandbox is taken away.
    const tell = ({ socket }: Sandbox) =>
      void runner.gateways.tell({ type: 'gone', deploymentId, socket, reason: words, end })
    if (!(await runner.fleet.lost(deploymentId, containerId, tell))) return
    runner.log.warn({ deploymentId, end }, words)
    await appendLog(runner.store, { id: deploymentId, text: `==> ${words}\n` })
    if (end.reason !== 'stopped') await noteIncident(runner, { deploymentId, kind: end.reason, words })
  } catch (error) {
    runner.log.error({ err: error, deploymentId }, 'the end of a micro could not be handled')
  }
}
