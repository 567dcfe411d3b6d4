import { acceptEvent, type NewEvent } from '../events/accept.ts'
import { noteDelivery } from '../../contract/store/repository/deliveries.ts'
import type { ReconcileDeps } from './deps.ts'

/**
 * Notes what no delivery told of, or whose job left no record, as if it had been delivered. What waits or is in hand is not noted twice;
 * what was done and comes again, because nothing came of it, comes more and more rarely.
 *
 * @returns whether it is noted.
 */
export async function acceptAgain(
  event: NewEvent,
  { store, queues, patience, now }: Pick<ReconcileDeps, 'store' | 'queues' | 'patience' | 'now'>,
): Promise<boolean> {
  const { deliveryId } = event.job
  const known = await queues[event.queue].getJob(deliveryId)
  if (known !== undefined) {
    const state = await known.getState()
    if (state !== 'completed' && state !== 'failed') return false
    if (!patience.allows(deliveryId, now())) return false
    await known.remove()
  }
  await acceptEvent({ store, queues }, event)
  await noteFound(event, { store, now })
  patience.tried(deliveryId, now())
  return true
}

/** It stands among the deliveries of its repository, because none told of it. */
async function noteFound({ job }: NewEvent, { store, now }: Pick<ReconcileDeps, 'store' | 'now'>): Promise<void> {
  if (!('repository' in job)) return
  const fullName = `${job.owner}/${job.repository}`
  const about = 'branch' in job ? job.branch : 'pull' in job ? `#${job.pull}` : ''
  const noted = { deliveryId: job.deliveryId, event: 'reconcile', about, decision: 'accepted', atMs: now() }
  await noteDelivery(store, { fullName, ...noted })
}
