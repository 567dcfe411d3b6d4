import { z } from 'zod'
import { commitSha, installation, NO_INSTALLATION, notOf, placeOf, repository } from './payload.ts'
import { ignore, type Delivery, type Read } from './read.ts'

/** The part of GitHub's `merge_group` event that is read: https://docs.github.com/webhooks/webhook-events-and-payloads#merge_group */
const mergeGroupEvent = z.object({
  action: z.string().max(100),
  merge_group: z.object({ head_sha: commitSha }),
  repository,
  installation,
})

/** What a `merge_group` delivery asks for: a word on a commit of a merge queue. Never throws. */
export function readMergeGroup({ deliveryId, payload, receivedAtMs }: Delivery): Read {
  const parsed = mergeGroupEvent.safeParse(payload)
  if (!parsed.success) return ignore(notOf('merge_group', parsed.error))
  const { action, merge_group: group, repository, installation } = parsed.data
  if (action !== 'checks_requested') return ignore(`nothing to do when it is ${action}`)
  if (installation === undefined) return ignore(NO_INSTALLATION)
  return {
    queue: 'report',
    job: {
      kind: 'merge-group',
      deliveryId,
      ...placeOf(repository, installation),
      sha: group.head_sha,
      receivedAtMs,
    },
  }
}
