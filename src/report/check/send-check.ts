import type { Deployment } from '../../../contract/deployment.ts'
import { getDeployment } from '../../../contract/store/deployments.ts'
import { targetStanding, targetHistory } from '../../../contract/store/micros.ts'
import { readPause } from '../../../contract/store/pauses.ts'
import { readTold, tell } from '../../../contract/store/reports/told.ts'
import { microKey, targetKey } from '../../../contract/target-key.ts'
import type { JobResult } from '../../jobs/queue.ts'
import type { ReportDeps } from '../deps.ts'
import type { Write } from '../write.ts'
import { findAnnotations } from './annotations/find-annotations.ts'
import { logTail, readLogText } from './log-tail.ts'
import { projectCheck, type Around } from './project-check.ts'
import { readToldCheck } from './told-check.ts'
import { writeCheck, type CheckToWrite } from './write-check.ts'

const FIELD = 'check'

/**
 * Tells by a check run how a deployment stands now: with the end of its log, what it says of lines of files, and buttons.
 *
 * @param owner the job's id
 * @throws Octokit's RequestError; the queue decides what then.
 */
export async function sendCheck(deploymentId: string, owner: string, deps: ReportDeps): Promise<JobResult> {
  return deps.lock(`check ${deploymentId}`, async () => {
    const deployment = await getDeployment(deps.store, deploymentId)
    if (deployment === undefined) return { kind: 'done', what: 'nothing to say' }
    const check = await readCheck(deployment, deps)
    const to = toWrite(deployment, owner)
    if (check === undefined) {
      deps.pace.leave(to)
      return { kind: 'done', what: 'nothing to say' }
    }
    const written = await writeCheck(to, check, deps)
    return written.kind === 'sent' ? { kind: 'done', what: check.run.conclusion ?? check.run.status } : written
  })
}

function toWrite({ id, installationId }: Deployment, owner: string): Write {
  return { installationId, key: `check ${id}`, owner, urgency: 'check', projection: 'check', deploymentId: id }
}

async function readCheck(deployment: Deployment, { store, botUrl }: ReportDeps): Promise<CheckToWrite | undefined> {
  const { id, owner, repository, sha, state } = deployment
  const told = readToldCheck((await readTold(store, id))[FIELD])
  // What ended before anything was said of it needs no run; the status says why.
  const isOver = state === 'cancelled' || state === 'superseded' || state === 'destroyed'
  if (isOver && told === undefined) return undefined
  const logUrl = `${botUrl}/d/${id}`
  return {
    owner,
    repository,
    sha,
    externalId: id,
    detailsUrl: logUrl,
    startedAtMs: deployment.createdAtMs,
    completedAtMs: deployment.stateSinceMs,
    run: projectCheck(deployment, await readAround(deployment, store), botUrl),
    told,
    async more() {
      const text = await readLogText(store, id)
      return { text: logTail(text, logUrl), annotations: state === 'failed' ? findAnnotations(deployment, text) : [] }
    },
    note: (value) => tell(store, { deploymentId: id, field: FIELD, value: JSON.stringify(value) }),
  }
}

async function readAround(deployment: Deployment, store: ReportDeps['store']): Promise<Around> {
  const { repositoryId, config } = deployment
  const key = targetKey(deployment)
  const standing = await targetStanding(store, key)
  return {
    newestId: standing.newest?.id,
    servedId: standing.live?.id,
    history: await targetHistory(store, key),
    isPaused: (await readPause(store, microKey({ repositoryId, micro: config.name }))) !== undefined,
  }
}
