import type { MicroConfig } from '../../contract/config.ts'
import { isPending, newDeploymentId, targetKey, type Deployment } from '../../contract/deployment.ts'
import { statusContext } from '../../contract/names.ts'
import { addDeploy, addReport, type Queues } from '../../contract/queue.ts'
import type { Store } from '../../contract/store/connect.ts'
import { createDeployment, getDeployment } from '../../contract/store/deployments.ts'
import { appendLog } from '../../contract/store/logs/deployment-logs.ts'
import { microStanding, retireDeployments } from '../../contract/store/micros.ts'
import type { Log } from '../log.ts'
import { settleEnded } from '../settle-ended.ts'
import { reportCommit, reportSuperseded } from './report-commit.ts'
import type { Trigger } from './trigger.ts'

interface Deps {
  readonly store: Store
  readonly queues: Queues
  readonly log: Log
}

interface MicroAt {
  readonly trigger: Trigger
  readonly sha: string
  readonly config: MicroConfig
  /** What the config file's reader found worth saying. */
  readonly warnings: readonly string[]
  /** `held` until somebody approves of it; queued when absent. */
  readonly state?: 'queued' | 'held'
}

/** Queues one micro at one commit, or says on the commit why that is not done. */
export async function deployMicro(at: MicroAt, deps: Deps): Promise<void> {
  const { trigger, sha, config } = at
  const { repositoryId, target } = trigger
  const key = targetKey({ repositoryId, config, target })
  const { newest } = await microStanding(deps.store, key)
  if (newest !== undefined && isDone(newest, at)) return enqueue(newest, deps)
  const id = newDeploymentId()
  const { receivedAtMs: createdAtMs, ...rest } = trigger
  const creation = await createDeployment(deps.store, { ...rest, id, sha, config, createdAtMs }, at.state)
  switch (creation.kind) {
    case 'created':
      await appendLog(deps.store, { id, text: firstLines(at) })
      await enqueue({ id, state: at.state ?? 'queued' }, deps)
      if (creation.supersededId !== undefined) await settleEnded([creation.supersededId], deps)
      // Also here, because a micro that never goes live would keep every record and log.
      await settleEnded(await retireDeployments(deps.store, key), deps)
      deps.log.info({ deployment: id, micro: key, sha }, 'deployment queued')
      return
    case 'exists': {
      const made = await getDeployment(deps.store, creation.id)
      return made === undefined ? undefined : enqueue(made, deps)
    }
    case 'stale':
      return reportStale(at, creation.newestId, deps)
    case 'name-taken':
      return reportTaken(at, deps)
  }
}

/**
 * Whether this commit, or this very trigger, has its deployment already. A failed one may be tried by a new push of the same commit. One
 * of another branch ends with that branch, which may have been renamed to this one.
 */
function isDone(newest: Deployment, { trigger, sha }: Pick<MicroAt, 'trigger' | 'sha'>): boolean {
  if (newest.sequence === trigger.sequence) return true
  if (newest.sha !== sha || newest.branch !== trigger.branch) return false
  return isPending(newest.state) || newest.state === 'live'
}

/** Also what is left to do for a deployment whose push was interrupted after its record was made. */
async function enqueue({ id, state }: Pick<Deployment, 'id' | 'state'>, { queues }: Deps): Promise<void> {
  if (state !== 'queued' && state !== 'held') return
  if (state === 'queued') await addDeploy(queues, id)
  await addReport(queues, { kind: 'deployment', deploymentId: id })
}

async function reportStale({ trigger, sha, config }: MicroAt, newestId: string | undefined, deps: Deps): Promise<void> {
  const newest = newestId === undefined ? undefined : await getDeployment(deps.store, newestId)
  if (newest === undefined || newest.sha === sha) return
  await reportSuperseded({ trigger, sha, micro: config.name, by: newest.sha }, deps)
}

async function reportTaken({ trigger, sha, config }: MicroAt, deps: Deps): Promise<void> {
  const description = `The name "${config.name}" is taken by another repository of ${trigger.owner}; set another name in the config file`
  await reportCommit({ trigger, sha, context: statusContext(config.name), state: 'failure', description }, deps)
}

function firstLines({ trigger, sha, config, warnings }: MicroAt): string {
  const { owner, repository, branch, target } = trigger
  const of = target.kind === 'production' ? `branch ${branch}` : `pull request ${target.pull}`
  const lines = [`${config.name} at ${sha} of ${owner}/${repository}, ${of}`, ...warnings]
  return `${lines.join('\n')}\n`
}
