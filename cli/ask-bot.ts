import { randomUUID } from 'node:crypto'
import { addEvent, type Queues } from '../contract/queue.ts'
import type { Deployment } from '../contract/deployment.ts'
import type { Store } from '../contract/store/connect.ts'
import { nextSequence } from '../contract/store/deployments.ts'
import { noteRestart, readRestart } from '../contract/store/restarts.ts'
import { followDeployment, followRestart } from './restart/follow.ts'

/** Who did it, in words for GitHub: whoever has access to the machine. */
export const OPERATOR = 'the operator'

interface Means {
  readonly store: Store
  readonly queues: Queues
  readonly signal: AbortSignal
}

interface Wish {
  readonly name: 'resume' | 'redeploy'
  /** Any deployment of the micro: it says where that is. */
  readonly of: Deployment
}

/** Asks the bot for what takes GitHub's word, prints how it goes until it has ended, and gives whether it went well. */
export async function askBot({ store, queues, signal }: Means, { name, of }: Wish): Promise<boolean> {
  const { installationId, repositoryId, owner, repository, config } = of
  const deliveryId = randomUUID()
  await noteRestart(store, deliveryId, { state: 'queued', message: 'Queued' })
  const job = {
    deliveryId,
    installationId,
    repositoryId,
    owner,
    repository,
    name,
    words: [config.name],
    by: OPERATOR,
    from: { kind: 'operator' as const },
    sequence: await nextSequence(store),
    receivedAtMs: Date.now(),
  }
  await addEvent(queues, { queue: 'command', job })
  const means = { store, signal }
  if (!(await followRestart(means, { micro: config.name, id: deliveryId, waitsFor: 'for bot and runner' })))
    return false
  const building = (await readRestart(store, deliveryId))?.deploymentId
  return building === undefined || followDeployment(means, { micro: config.name, id: building })
}
