import type { Octokit } from '@octokit/rest'
import type { Deployment } from '../../../contract/deployment.ts'
import { getDeployment } from '../../../contract/store/deployments.ts'
import { targetStanding } from '../../../contract/store/micros.ts'
import { readTold, tell } from '../../../contract/store/reports/told.ts'
import { targetKey } from '../../../contract/target-key.ts'
import { unlessGone } from '../../github/unless-gone.ts'
import type { JobResult } from '../../jobs/queue.ts'
import type { ReportDeps } from '../deps.ts'
import { write, type Write, type Written } from '../write.ts'
import { findDeployment, payloadOf } from './find-deployment.ts'
import { nextWrite, type NextWrite } from './next-write.ts'
import { describeDeployment } from './project-deployment.ts'
import { fieldOfActivation, readActivations, type ToldDeployment } from './told-deployment.ts'

/** More than there can be to tell of one deployment at once. */
const MOST_WRITES = 20

/**
 * Tells by a GitHub Deployment and its statuses how a deployment stands now: created once for each time it was put into production, ended
 * when something else is there.
 *
 * @param owner the job's id
 * @throws Octokit's RequestError; the queue decides what then.
 */
export async function sendDeployment(deploymentId: string, owner: string, deps: ReportDeps): Promise<JobResult> {
  return deps.lock(`deployment ${deploymentId}`, async () => {
    for (let writes = 0; writes < MOST_WRITES; writes += 1) {
      const next = await readNext(deploymentId, deps)
      if (next === undefined) return leave(deploymentId, owner, deps)
      const written = await (next.write.kind === 'create' ? create : addStatus)(next, owner, deps)
      if (written.kind !== 'sent') return written
    }
    throw new Error(`GitHub's Deployment of ${deploymentId} does not come to rest`)
  })
}

interface Next {
  readonly deployment: Deployment
  readonly write: NextWrite
}

async function readNext(id: string, { store }: ReportDeps): Promise<Next | undefined> {
  const deployment = await getDeployment(store, id)
  if (deployment === undefined) return undefined
  const { live } = await targetStanding(store, targetKey(deployment))
  const told = readActivations(await readTold(store, id))
  const next = nextWrite({ deployment, isServed: live?.id === id, told })
  return next === undefined ? undefined : { deployment, write: next }
}

async function leave(deploymentId: string, owner: string, { store, pace }: ReportDeps): Promise<JobResult> {
  const deployment = await getDeployment(store, deploymentId)
  if (deployment !== undefined) pace.leave(toWrite(deployment, owner))
  return { kind: 'done', what: 'nothing more to say' }
}

function toWrite({ id, installationId }: Deployment, owner: string): Write {
  return {
    installationId,
    key: `deployment ${id}`,
    owner,
    urgency: 'deployment',
    projection: 'deployment',
    deploymentId: id,
  }
}

async function create({ deployment, write: next }: Next, owner: string, deps: ReportDeps): Promise<Written<unknown>> {
  if (next.kind !== 'create') throw new Error('nothing to create')
  const { activation, isRepeated, isOver } = next
  const note = (told: ToldDeployment) =>
    tell(deps.store, { deploymentId: deployment.id, field: fieldOfActivation(activation), value: JSON.stringify(told) })
  const written = await write(toWrite(deployment, owner), deps, async (octokit) => {
    // Whether it was created is not known after a crash, or an answer that was lost: then GitHub is asked first.
    const found = isRepeated ? await findDeployment(octokit, deployment, activation) : undefined
    if (found !== undefined || isOver) return found
    await note({})
    return createDeployment(octokit, deployment, activation)
  })
  if (written.kind !== 'sent') return written
  const id = written.answer
  await note(id === undefined ? { gone: true } : { id })
  deps.log.info({ deployment: deployment.id, github: id, activation }, 'Deployment created')
  return written
}

async function createDeployment(octokit: Octokit, deployment: Deployment, activation: number): Promise<number> {
  const { owner, repository, sha } = deployment
  const { environment, task, transient, production, description } = describeDeployment(deployment)
  const { data } = await octokit.rest.repos.createDeployment({
    owner,
    repo: repository,
    ref: sha,
    task,
    environment,
    description,
    payload: payloadOf(deployment, activation),
    // Otherwise GitHub merges the default branch into the commit, and refuses while our own status is pending.
    auto_merge: false,
    required_contexts: [],
    transient_environment: transient,
    production_environment: production,
  })
  // 202 without a number is the answer to a merge, which was not asked for.
  if (!('id' in data)) throw new Error('GitHub answered without a Deployment')
  return data.id
}

async function addStatus(
  { deployment, write: next }: Next,
  owner: string,
  deps: ReportDeps,
): Promise<Written<unknown>> {
  if (next.kind !== 'status') throw new Error('not a status')
  const { activation, id, status } = next
  const note = (told: ToldDeployment) =>
    tell(deps.store, { deploymentId: deployment.id, field: fieldOfActivation(activation), value: JSON.stringify(told) })
  const { state, description, environmentUrl } = status
  const place = { owner: deployment.owner, repo: deployment.repository, deployment_id: id }
  const written = await write(toWrite(deployment, owner), deps, (octokit) =>
    unlessGone(
      () =>
        octokit.rest.repos.createDeploymentStatus({
          ...place,
          state,
          description,
          log_url: `${deps.botUrl}/d/${deployment.id}`,
          ...(environmentUrl === undefined ? {} : { environment_url: environmentUrl }),
          // It would end the Deployments of other micros in the same environment; we end our own.
          auto_inactive: false,
        }),
      () => octokit.rest.repos.getDeployment(place),
    ),
  )
  if (written.kind !== 'sent') return written
  if (written.answer === 'gone') {
    await note({ id, gone: true })
    return { kind: 'done', what: 'the Deployment was deleted at GitHub' }
  }
  await note({ id, ...status })
  return written
}
