import { addDestroy, reportDeployment } from '../../contract/queue.ts'
import { getDeployment } from '../../contract/store/deployments.ts'
import { markSettled } from '../../contract/store/unsettled.ts'
import type { Deps } from '../deps.ts'

/** The runner tells it of what was cancelled, once nothing of its build is left; a runner that cannot must not keep it pending for ever. */
const CANCELLED_MS = 3 * 60_000

/** Queues what follows from the end of deployments: the runner gives back what they hold, and GitHub is told. May run twice. */
export async function settleEnded(
  ids: readonly string[],
  { store, queues }: Pick<Deps, 'store' | 'queues'>,
): Promise<void> {
  for (const id of ids) {
    const deployment = await getDeployment(store, id)
    // What was superseded had only waited, so the runner never heard of it.
    if (deployment !== undefined && deployment.state !== 'superseded') await addDestroy(queues, [id])
    const afterMs = deployment?.state === 'cancelled' ? CANCELLED_MS : 0
    await reportDeployment(queues, id, afterMs)
    await markSettled(store, [id])
  }
}
