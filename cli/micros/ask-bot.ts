import { randomUUID } from 'node:crypto'
import type { Deployment } from '../../contract/deployment.ts'
import { addEvent, type Queues } from '../../contract/queue.ts'
import type { Store } from '../../contract/store/connect.ts'
import { nextSequence } from '../../contract/store/deployments.ts'
import { noteProgress, readProgress } from '../../contract/store/progress.ts'
import { followDeployment, followProgress } from './follow.ts'

/** Who did it, in words for GitHub: whoever has access to the machine. */
export const OPERATOR = 'the operator'

interface Means {
  readonly store: Store
  readonly queues: Queues
  readonly signal: AbortSignal
}

interface Wish {
  readonly name: 'resume' | 'redeploy'
  /** Any deployment of each micro: it says where that is. */
  readonly of: readonly Deployment[]
}

/**
 * Asks the bot for what takes GitHub's word, and prints how it goes until it has ended; gives the exit code, 1 when it did not go well with
 * one of the micros.
 */
export async function askBot(means: Means, { name, of }: Wish): Promise<0 | 1> {
  const ends = await Promise.all(of.map((one) => askForOne(means, name, one)))
  return ends.every(Boolean) ? 0 : 1
}

async function askForOne({ store, queues, signal }: Means, name: Wish['name'], of: Deployment): Promise<boolean> {
  const { installationId, repositoryId, owner, repository, config } = of
  const deliveryId = randomUUID()
  await noteProgress(store, deliveryId, { state: 'queued', message: 'Queued' })
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
  if (!(await followProgress(means, { micro: config.name, id: deliveryId, waitsFor: 'for bot and runner' })))
    return false
  const building = (await readProgress(store, deliveryId))?.deploymentId
  return building === undefined || followDeployment(means, { micro: config.name, id: building })
}
