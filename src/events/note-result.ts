import type { Store } from '../../contract/store/connect.ts'
import { noteDecision } from '../../contract/store/repository/deliveries.ts'
import type { JobResult } from '../jobs/queue.ts'
import type { Log } from '../log.ts'

type Job = { readonly deliveryId: string } & Partial<{ readonly owner: string; readonly repository: string }>

/** Notes for people what became of the job of a delivery, and hands its result on. */
export async function noteResult(
  { deliveryId, owner, repository }: Job,
  result: JobResult,
  { store, log }: { readonly store: Store; readonly log: Log },
): Promise<JobResult> {
  if (owner === undefined || repository === undefined) return result
  const decision = result.kind === 'done' ? result.what : `waits: ${result.why}`
  try {
    await noteDecision(store, { fullName: `${owner}/${repository}`, deliveryId, decision })
  } catch (error) {
    // What was done is done, and must not be done again for a word about it.
    log.warn({ err: error, delivery: deliveryId }, 'what became of a delivery could not be noted')
  }
  return result
}
