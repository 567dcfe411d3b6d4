import { isPending, type Deployment } from '../../contract/deployment.ts'
import { addDeploy, addDestroy, reportDeployment } from '../../contract/queue.ts'
import {
  deploymentDeadline,
  getDeployment,
  overdueDeployments,
  pendingDeployments,
  transitionDeployment,
  type Transition,
} from '../../contract/store/deployments.ts'
import { unsettledDeployments } from '../../contract/store/unsettled.ts'
import { settleEnded } from '../deploy/settle-ended.ts'
import type { Deps } from '../deps.ts'

const DAY_MS = 24 * 3600_000
/** A deployment that is queued for longer than this without a job has lost it. */
const JOB_MISSING_MS = 10_000

type ReaperDeps = Pick<Deps, 'store' | 'queues' | 'log' | 'now'>

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
  if (deployment === undefined || !isPending(deployment.state)) return
  // Read after the state, which may have changed since the list was made, and its deadline with it.
  const deadlineMs = await deploymentDeadline(store, id)
  if (deadlineMs === undefined || now() < deadlineMs) return
  const { state } = deployment
  const ended = await transitionDeployment(store, { id, from: [state], ...endOf(deployment, deadlineMs) })
  if (!ended) return
  log.warn({ deployment: id, state }, 'deployment ended at its deadline')
  await addDestroy(queues, [id])
  await reportDeployment(queues, id)
}

/** Nothing has failed where nobody came to approve. */
function endOf(deployment: Deployment, deadlineMs: number): Pick<Transition, 'to' | 'outcome'> {
  if (deployment.state === 'held') {
    const days = Math.round((deadlineMs - deployment.stateSinceMs) / DAY_MS)
    return { to: 'skipped', outcome: { detail: `Not approved within ${days} days` } }
  }
  return { to: 'failed', outcome: { error: { code: 'deadline', message: describeDeadline(deployment, deadlineMs) } } }
}

function describeDeadline({ state, stateSinceMs }: Deployment, deadlineMs: number): string {
  const minutes = Math.round((deadlineMs - stateSinceMs) / 60_000)
  return `It was ${state} for more than ${minutes} minutes, so micropush gave it up. Push again, or ask the operator.`
}

async function restoreJob(id: string, { store, queues, log, now }: ReaperDeps): Promise<void> {
  const deployment = await getDeployment(store, id)
  if (deployment?.state !== 'queued' || now() - deployment.stateSinceMs < JOB_MISSING_MS) return
  if ((await queues.work.getJob(id)) !== undefined) return
  log.warn({ deployment: id }, 'lost job restored')
  await addDeploy(queues, id)
  await reportDeployment(queues, id)
}
