import type { Deployment } from '../../contract/deployment.ts'
import { addDeploy, reportDeployment } from '../../contract/queue.ts'
import { transitionDeployment } from '../../contract/store/deployments.ts'
import { appendLog } from '../../contract/store/logs/deployment-logs.ts'
import { notePreviewUse } from '../../contract/store/preview-uses.ts'
import { targetKey } from '../../contract/target-key.ts'
import type { Deps } from '../deps.ts'
import { makeRoom } from './room/make-room.ts'

interface Approved {
  readonly repositoryId: number
  readonly pull: number
  /** Those of the approved commit. */
  readonly held: readonly Deployment[]
  /** Login of who approved. */
  readonly by: string
  /** The most previews of the repository. */
  readonly max: number
}

/** Queues held deployments. Gives the names of those for which there was a place and which nobody had ended meanwhile. May run twice. */
export async function letThrough(
  { repositoryId, pull, held, by, max }: Approved,
  deps: Pick<Deps, 'store' | 'queues' | 'log' | 'now'>,
): Promise<string[]> {
  const { store, queues, log, now } = deps
  const allowed = await makeRoom({ repositoryId, pull, keys: held.map(targetKey), max }, deps)
  const queued: string[] = []
  for (const deployment of held) {
    const { id, config, sha } = deployment
    const key = targetKey(deployment)
    if (!allowed.includes(key)) continue
    const outcome = { approvedBy: by }
    if (!(await transitionDeployment(store, { id, from: ['held'], to: 'queued', outcome }))) continue
    await appendLog(store, { id, text: `Approved by ${by}\n` })
    await addDeploy(queues, id)
    await reportDeployment(queues, id)
    await notePreviewUse(store, [key], now())
    queued.push(config.name)
    log.info({ deployment: id, micro: key, sha, by }, 'deployment approved')
  }
  return queued
}
