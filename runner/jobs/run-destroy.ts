import { reportDeployment } from '../../contract/queue.ts'
import { getDeployment } from '../../contract/store/deployments.ts'
import { allHosts } from '../../contract/store/micros.ts'
import { forgetSnapshot } from '../lifecycle/forget-snapshot.ts'
import { Overtaken } from '../overtaken.ts'
import type { Runner } from '../runner.ts'
import type { JobEnd } from './job-end.ts'

/**
 * Takes deployments out of service: what is built of them is stopped, no host leads to them any more, what they have begun is
 * finished, then they are gone; and only then it is told of those that were cancelled. May run again after it was interrupted anywhere.
 */
export async function runDestroy(
  runner: Runner,
  deploymentIds: readonly string[],
  signal: AbortSignal,
): Promise<JobEnd> {
  await Promise.all(deploymentIds.map((id) => runner.works.stop(id, new Overtaken())))
  const stillRouted = await allHosts(runner.store)
  for (const [host, { deploymentId }] of runner.routed) {
    if (stillRouted[host] === undefined && deploymentIds.includes(deploymentId)) {
      runner.routed.delete(host)
      runner.gateways.tell({ type: 'unroute', host })
    }
  }
  const ends = await Promise.allSettled(deploymentIds.map((id) => takeOut(runner, id, signal)))
  // One that could not be ended must not keep the others from it.
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  if (!signal.aborted) await runner.house.tidy(runner)
  return { kind: signal.aborted ? 'stopped' : 'done' }
}

async function takeOut(runner: Runner, id: string, signal: AbortSignal): Promise<void> {
  runner.inProduction.delete(id)
  await runner.drains.drain(id, signal)
  if (signal.aborted) return
  await runner.fleet.destroy(id)
  await forgetSnapshot(runner, id)
  runner.policies.forget(id)
  const deployment = await getDeployment(runner.store, id)
  if (deployment?.state === 'cancelled') await reportDeployment(runner.queues, id)
}
