import { isPending, type Deployment } from '../../contract/deployment.ts'
import { projections, type ReportJob } from '../../contract/jobs/report.ts'
import { addReports } from '../../contract/queue.ts'
import { getDeployment } from '../../contract/store/deployments.ts'
import { targetHistory } from '../../contract/store/micros.ts'
import { notePullMicro } from '../../contract/store/reports/pull-comments.ts'
import { readToldOfConfig } from '../../contract/store/reports/told.ts'
import { markReported } from '../../contract/store/reports/unreported.ts'
import { targetKey } from '../../contract/target-key.ts'
import type { JobResult } from '../jobs/queue.ts'
import { configKey } from './check/send-config-check.ts'
import type { ReportDeps } from './deps.ts'

/** States that pass within a moment are told by the commit status alone. */
const SETTLE_MS = 1500

/**
 * Puts a job into the queue for each thing on GitHub that shows a deployment, so that none of them waits for another, or fails with it.
 */
export async function spread(
  deploymentId: string,
  { store, queues }: Pick<ReportDeps, 'store' | 'queues'>,
): Promise<JobResult> {
  const deployment = await getDeployment(store, deploymentId)
  if (deployment === undefined) return { kind: 'done', what: 'nothing to say' }
  const { state, stateSinceMs } = deployment
  const [status, ...rest] = projections.map((projection) => ({ kind: 'projection', projection, deploymentId }) as const)
  const others: ReportJob[] = [...rest]
  others.push(...(await rightConfig(deployment, store)))
  if (state === 'live') others.push(...(await siblingsOf(deployment, store)))
  if (deployment.target.kind === 'preview') others.push(await pullOf(deployment, deployment.target.pull, store))
  if (status !== undefined) await addReports(queues, [status])
  await addReports(queues, others, isPending(state) ? SETTLE_MS : 0)
  await markReported(store, { id: deploymentId, state, stateSinceMs })
  return { kind: 'done', what: `${others.length + 1} jobs` }
}

/** A commit that was found wrong may be deployed later, with limits that were granted meanwhile. */
async function rightConfig(deployment: Deployment, store: ReportDeps['store']): Promise<ReportJob[]> {
  const { installationId, owner, repository, sha, sequence } = deployment
  const told = await readToldOfConfig(store, configKey(deployment))
  return told === undefined
    ? []
    : [{ kind: 'findings', installationId, owner, repository, sha, sequence, findings: [] }]
}

/** Another one is live now: GitHub is told of the former that it is not. */
async function siblingsOf(deployment: Deployment, store: ReportDeps['store']): Promise<ReportJob[]> {
  const all = await targetHistory(store, targetKey(deployment))
  const former = all.filter(({ id, state }) => id !== deployment.id && state === 'live')
  return former.flatMap(({ id }) =>
    (['deployment', 'check'] as const).map(
      (projection) => ({ kind: 'projection', projection, deploymentId: id }) as const,
    ),
  )
}

async function pullOf(deployment: Deployment, pull: number, store: ReportDeps['store']): Promise<ReportJob> {
  const { installationId, repositoryId, owner, repository, config } = deployment
  await notePullMicro(store, { repositoryId, pull, micro: config.name })
  return { kind: 'pull', installationId, repositoryId, owner, repository, pull }
}
