import { addPush, type Queues } from '../contract/queue.ts'
import type { PushJob } from '../contract/jobs.ts'
import type { Store } from '../contract/store/connect.ts'
import { nextSequence } from '../contract/store/deployments.ts'

/**
 * Notes a push in the queue. A delivery that is known already is not noted twice, unless all its attempts had failed: then
 * whoever asks GitHub to deliver it again wants it to be tried again.
 */
export async function acceptPush(
  { store, queues }: { readonly store: Store; readonly queues: Queues },
  push: Omit<PushJob, 'sequence'>,
): Promise<void> {
  const known = await queues.push.getJob(push.deliveryId)
  if (known !== undefined && (await known.isFailed())) await known.remove()
  await addPush(queues, { ...push, sequence: await nextSequence(store) })
}
