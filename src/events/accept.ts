import { addEvent } from '../../contract/queue.ts'
import type { EventJob } from '../../contract/jobs/events.ts'
import { nextSequence } from '../../contract/store/deployments.ts'
import type { Deps } from '../deps.ts'

type WithoutKey<Job, Key extends PropertyKey> = Job extends unknown ? Omit<Job, Key> : never

type WithoutSequence<Event> = Event extends { readonly queue: infer Queue; readonly job: infer Job }
  ? { readonly queue: Queue; readonly job: WithoutKey<Job, 'sequence'> }
  : never

/** A job for one of the event queues, before it has its place in the order. */
export type NewEvent = WithoutSequence<EventJob>

/**
 * Notes an event in its queue. A delivery that is known already is not noted twice, unless all its attempts had failed: then whoever asks
 * GitHub to deliver it again wants it to be tried again.
 */
export async function acceptEvent(
  { store, queues }: Pick<Deps, 'store' | 'queues'>,
  { queue, job }: NewEvent,
): Promise<void> {
  const known = await queues[queue].getJob(job.deliveryId)
  if (known !== undefined && (await known.isFailed())) await known.remove()
  const numbered = { queue, job: { ...job, sequence: await nextSequence(store) } }
  await addEvent(queues, numbered as EventJob)
}
