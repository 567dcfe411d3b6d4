import { randomUUID } from 'node:crypto'
import { addDeploy, reportDeployment, addRestart, type Queues } from '../../contract/queue.ts'
import type { Store } from '../../contract/store/connect.ts'
import { requeueDeployment } from '../../contract/store/deployments.ts'
import { targetStanding } from '../../contract/store/micros.ts'
import { noteProgress } from '../../contract/store/progress.ts'
import { microOfKey } from '../../contract/target-key.ts'
import { say } from '../../setup/say.ts'
import { findMicros } from '../find-micros.ts'
import { showUsage } from '../show-usage.ts'
import { parseOnlyTarget } from '../target.ts'
import { withQueues } from '../with-queues.ts'
import { followDeployment, followProgress } from './follow.ts'

const usage = `usage: micropush restart <owner>/<repo>[/<micro>]
Starts what is live anew, with the secrets that are set now, and loses no request. Without <micro>: every micro of the repository.`

/** `micropush restart …`; gives the exit code, 1 when one of the micros could not be restarted. */
export async function restart(args: readonly string[], signal: AbortSignal): Promise<number> {
  const code = showUsage(args, usage)
  if (code !== undefined) return code
  const target = parseOnlyTarget(args)
  return withQueues(async ({ store, queues }) => {
    const keys = await findMicros(store, target)
    const ends = await Promise.all(keys.map((key) => restartMicro({ store, queues, signal }, key)))
    return ends.every(Boolean) ? 0 : 1
  })
}

interface Means {
  readonly store: Store
  readonly queues: Queues
  readonly signal: AbortSignal
}

/** @returns whether it runs with what is set now. */
async function restartMicro({ store, queues, signal }: Means, microKey: string): Promise<boolean> {
  const micro = microOfKey(microKey)
  const { newest, live } = await targetStanding(store, microKey)
  // It had waited for a secret: what it had wanted to be is worth more than what is there.
  if (newest?.state === 'failed' && newest.outcome.error?.code === 'secret-missing') {
    if (await requeueDeployment(store, newest)) {
      say(`${micro}: Its newest commit had waited for a secret; it is queued again`)
      await addDeploy(queues, newest.id)
      await reportDeployment(queues, newest.id)
      return followDeployment({ store, signal }, { micro, id: newest.id })
    }
  }
  if (live === undefined) {
    console.error(`${micro}: nothing of it is live; push first.`)
    return false
  }
  const restartId = randomUUID()
  await noteProgress(store, restartId, { state: 'queued', message: 'Queued' })
  await addRestart(queues, { deploymentId: live.id, restartId })
  return followProgress({ store, signal }, { micro, id: restartId })
}
