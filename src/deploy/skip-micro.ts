import type { MicroConfig } from '../../contract/config.ts'
import { newDeploymentId } from '../../contract/deployment.ts'
import { reportDeployment } from '../../contract/queue.ts'
import { skipDeployment } from '../../contract/store/deployments.ts'
import { appendLog } from '../../contract/store/logs/deployment-logs.ts'
import { targetStanding, retireDeployments, type Standing } from '../../contract/store/micros.ts'
import { targetKey } from '../../contract/target-key.ts'
import type { Deps } from '../deps.ts'
import { firstLines } from './first-lines.ts'
import { settleEnded } from './settle-ended.ts'
import type { Trigger } from './trigger.ts'

interface Skipped {
  readonly trigger: Trigger
  readonly sha: string
  readonly config: MicroConfig
  /** For the commit's status. */
  readonly why: string
}

/** Notes that a micro is not deployed at a commit, and why, so that the commit gets its status. The same again is noted once. */
export async function skipMicro(skipped: Skipped, deps: Pick<Deps, 'store' | 'queues' | 'log'>): Promise<void> {
  const { trigger, sha, config, why } = skipped
  const key = targetKey({ repositoryId: trigger.repositoryId, config, target: trigger.target })
  const noted = findNoted(await targetStanding(deps.store, key), skipped)
  if (noted !== undefined) return reportDeployment(deps.queues, noted)
  const id = newDeploymentId()
  const { receivedAtMs: createdAtMs, ...rest } = trigger
  const creation = await skipDeployment(deps.store, { ...rest, id, sha, config, createdAtMs }, why)
  // A newer trigger speaks for the micro by now.
  if (creation.kind === 'stale') return
  if (creation.kind === 'exists') return reportDeployment(deps.queues, creation.id)
  const notes = [`Skipped: ${why}`]
  await appendLog(deps.store, { id, text: firstLines({ trigger, sha, micro: config.name, notes }) })
  await reportDeployment(deps.queues, id)
  await settleEnded(await retireDeployments(deps.store, key), deps)
  deps.log.info({ deployment: id, micro: key, sha, why }, 'deployment skipped')
}

function findNoted({ newest, skipped }: Standing, { trigger, sha, why }: Skipped): string | undefined {
  if (skipped === undefined || skipped.sequence < (newest?.sequence ?? 0)) return undefined
  const isSame = skipped.sha === sha && skipped.branch === trigger.branch && skipped.outcome.detail === why
  return isSame ? skipped.id : undefined
}
