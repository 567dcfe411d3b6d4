import { isPending, pendingStates, stateDeadlinesMs, type Deployment } from '../../contract/deployment.ts'
import { addDeploy, addDestroy, addReport, type Queues } from '../../contract/queue.ts'
import type { Store } from '../../contract/store/connect.ts'
import {
  getDeployment,
  overdueDeployments,
  pendingDeployments,
  transitionDeployment,
} from '../../contract/store/deployments.ts'
import { unsettledDeployments } from '../../contract/store/unsettled.ts'
import type { Log } from '../log.ts'
import { settleEnded } from '../settle-ended.ts'

/** A deployment that is queued for longer than this without a job has lost it. */
const JOB_MISSING_MS = 10_000

export interface ReaperDeps {
  readonly store: Store
  readonly queues: Queues
  readonly log: Log
  readonly now: () => number
}

/**
 * Ends what has outlived its deadline, so that nothing is pending on GitHub for ever, gives a lost job back to what still waits, and
 * does what a killed bot left undone.
 */
export async function reap(deps: ReaperDeps): Promise<void> {
  for (const id of await overdueDeployments(deps.store, deps.now())) await endOverdue(id, deps)
  for (const id of await pendingDeployments(deps.store)) await restoreJob(id, deps)
  await settleEnded(await unsettledDeployments(deps.store), deps)
}

async function endOverdue(id: string, { store, queues, log, now }: ReaperDeps): Promise<void> {
  const deployment = await getDeployment(store, id)
  if (deployment === undefined || !isOverdue(deployment, now())) return
  const { state } = deployment
  const ended = await transitionDeployment(store, {
    id,
    from: [state],
    to: 'failed',
    outcome: { error: { code: 'deadline', message: describeDeadline(deployment) } },
  })
  if (!ended) return
  log.warn({ deployment: id, state }, 'deployment ended at its deadline')
  await addDestroy(queues, [id])
  await addReport(queues, { kind: 'deployment', deploymentId: id })
}

/** The state may have changed since the list was made, and its deadline with it. */
function isOverdue({ state, stateSinceMs }: Deployment, nowMs: number): boolean {
  return isPending(state) && nowMs >= stateSinceMs + stateDeadlinesMs[state]
}

function describeDeadline({ state }: Deployment): string {
  const pending = pendingStates.find((one) => one === state)
  const minutes = pending === undefined ? 0 : stateDeadlinesMs[pending] / 60_000
  return `It was ${state} for more than ${minutes} minutes, so micropush gave it up. Push again, or ask the operator.`
}

async function restoreJob(id: string, { store, queues, log, now }: ReaperDeps): Promise<void> {
  const deployment = await getDeployment(store, id)
  if (deployment?.state !== 'queued' || now() - deployment.stateSinceMs < JOB_MISSING_MS) return
  if ((await queues.work.getJob(id)) !== undefined) return
  log.warn({ deployment: id }, 'lost job restored')
  await addDeploy(queues, id)
  await addReport(queues, { kind: 'deployment', deploymentId: id })
}
