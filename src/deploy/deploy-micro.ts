import type { MicroConfig } from '../../contract/config.ts'
import { newDeploymentId, type Deployment } from '../../contract/deployment.ts'
import { statusContext } from '../../contract/names.ts'
import { describePause } from '../../contract/pause.ts'
import { addDeploy, reportDeployment } from '../../contract/queue.ts'
import { createDeployment, getDeployment } from '../../contract/store/deployments.ts'
import { appendLog } from '../../contract/store/logs/deployment-logs.ts'
import { targetStanding, retireDeployments } from '../../contract/store/micros.ts'
import { targetKey } from '../../contract/target-key.ts'
import type { Deps } from '../deps.ts'
import { firstLines } from './first-lines.ts'
import { isDone } from './is-done.ts'
import { reportCommit, reportSuperseded } from './report-commit.ts'
import { settleEnded } from './settle-ended.ts'
import { skipMicro } from './skip-micro.ts'
import type { Trigger } from './trigger.ts'

export interface MicroAt {
  readonly trigger: Trigger
  readonly sha: string
  readonly config: MicroConfig
  /** What the config file's reader found worth saying. */
  readonly warnings: readonly string[]
  /** `held` until somebody approves of it; queued when absent. */
  readonly state?: 'queued' | 'held'
  /** Names of secrets that are kept from it. */
  readonly withheld?: readonly string[]
  /** Whether somebody asked for it by name. */
  readonly asked?: boolean
}

/** Queues one micro at one commit, or says on the commit why that is not done, and gives that reason. */
export async function deployMicro(
  at: MicroAt,
  deps: Pick<Deps, 'store' | 'queues' | 'log'>,
): Promise<string | undefined> {
  const { trigger, sha, config } = at
  const { repositoryId, target } = trigger
  const key = targetKey({ repositoryId, config, target })
  const standing = await targetStanding(deps.store, key)
  if (standing.newest !== undefined && isDone(standing, at)) {
    await enqueue(standing.newest, deps)
    return undefined
  }
  const id = newDeploymentId()
  const { receivedAtMs: createdAtMs, ...rest } = trigger
  const withheld = at.withheld === undefined ? {} : { withheld: [...at.withheld] }
  const base = { ...rest, ...withheld, id, sha, config, createdAtMs }
  const creation = await createDeployment(deps.store, base, at.state)
  switch (creation.kind) {
    case 'created':
      await appendLog(deps.store, { id, text: firstLines({ trigger, sha, micro: config.name, notes: at.warnings }) })
      await enqueue({ id, state: at.state ?? 'queued' }, deps)
      if (creation.supersededId !== undefined) await settleEnded([creation.supersededId], deps)
      // Also here, because a micro that never goes live would keep every record and log.
      await settleEnded(await retireDeployments(deps.store, key), deps)
      deps.log.info({ deployment: id, micro: key, sha }, 'deployment queued')
      return undefined
    case 'exists': {
      const made = await getDeployment(deps.store, creation.id)
      if (made !== undefined) await enqueue(made, deps)
      return undefined
    }
    case 'stale':
      return reportStale(at, creation.newestId, deps)
    case 'name-taken':
      return reportTaken(at, deps)
    case 'paused': {
      const why = describePause(creation.pause, { ...trigger, config })
      await skipMicro({ trigger, sha, config, why }, deps)
      return why
    }
  }
}

/** Also what is left to do for a deployment whose push was interrupted after its record was made. */
async function enqueue(
  { id, state }: Pick<Deployment, 'id' | 'state'>,
  { queues }: Pick<Deps, 'queues'>,
): Promise<void> {
  if (state !== 'queued' && state !== 'held') return
  if (state === 'queued') await addDeploy(queues, id)
  await reportDeployment(queues, id)
}

async function reportStale(
  { trigger, sha, config }: MicroAt,
  newestId: string | undefined,
  deps: Pick<Deps, 'store' | 'queues' | 'log'>,
): Promise<string> {
  const newest = newestId === undefined ? undefined : await getDeployment(deps.store, newestId)
  if (newest === undefined || newest.sha === sha) return 'something newer came meanwhile'
  await reportSuperseded({ trigger, sha, micro: config.name, by: newest.sha }, deps)
  return `superseded by ${newest.sha.slice(0, 7)}`
}

async function reportTaken(
  { trigger, sha, config }: MicroAt,
  deps: Pick<Deps, 'store' | 'queues' | 'log'>,
): Promise<string> {
  const description = `The name "${config.name}" is taken by another repository of ${trigger.owner}; set another name in the config file`
  await reportCommit({ trigger, sha, context: statusContext(config.name), state: 'failure', description }, deps)
  return description
}
