import { setTimeout as delay } from 'node:timers/promises'
import { answersWithinMs } from '../../gateway/protocol.ts'
import type { Runner } from '../../runner.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { examine } from './examine.ts'
import { noteEnd } from './note-end.ts'
import { isPegged, measureIdle } from './pegged.ts'

const WINDOW_MS = 500

/**
 * After a request that was not answered in time: a micro whose processor is pegged does not come back by itself, because its event
 * loop, or its only worker, is in a loop of its own. It is ended, and the next request starts it again. One that merely waits is left
 * alone: its other requests may be well. So is one that has work and answers; the gateway that has told of it knows its own requests alone.
 */
export async function endIfStuck(
  runner: Runner,
  { deploymentId, socket }: { readonly deploymentId: string; readonly socket: string },
): Promise<void> {
  await examine(runner, deploymentId, socket)
  const sandbox = runner.fleet.sandboxes(deploymentId).find((one) => one.socket === socket)
  if (sandbox === undefined) return
  // Asked first: whoever comes next may find a thread beside the loop that answers at once, and the others wait behind it for good.
  const withinMs = answersWithinMs(runner.policies.of(deploymentId).timeoutMs)
  if (await runner.gateways.haveAnswer({ deploymentId, socket, withinMs })) return
  if (!(await keepsBusy(runner, sandbox))) return
  const { containerId } = sandbox
  await noteEnd(runner, { deploymentId, containerId }, { reason: 'timeout' })
}

async function keepsBusy(runner: Runner, sandbox: Sandbox): Promise<boolean> {
  const { freezers } = runner.sandboxes
  try {
    const before = await freezers.cpuMs(sandbox)
    const startedMs = performance.now()
    const idle = measureIdle()
    await delay(WINDOW_MS)
    const after = await freezers.cpuMs(sandbox)
    if (before === undefined || after === undefined) return false
    return isPegged({ usedMs: after - before, windowMs: performance.now() - startedMs, idle: idle() })
  } catch (error) {
    runner.log.warn({ err: error, deploymentId: sandbox.deploymentId }, 'a sandbox could not be looked at')
    return false
  }
}
