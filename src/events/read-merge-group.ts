import { z } from 'zod'
import { ignore, type Delivery, type Read } from './read.ts'

/** The part of GitHub's `merge_group` event that is read: https://docs.github.com/webhooks/webhook-events-and-payloads#merge_group */
const mergeGroupEvent = z.object({
  action: z.string().max(100),
  merge_group: z.object({ head_sha: z.string().regex(/^[0-9a-f]{40}$/) }),
  repository: z.object({ id: z.number().int(), name: z.string(), owner: z.object({ login: z.string() }) }),
  installation: z.object({ id: z.number().int() }).optional(),
})

/** What a `merge_group` delivery asks for: a word on a commit of a merge queue. Never throws. */
export function readMergeGroup({ deliveryId, payload, receivedAtMs }: Delivery): Read {
  const parsed = mergeGroupEvent.safeParse(payload)
  if (!parsed.success) return ignore(`not a merge_group event: ${parsed.error.issues[0]?.path.join('.') ?? ''}`)
  const { action, merge_group: group, repository, installation } = parsed.data
  if (action !== 'checks_requested') return ignore(`nothing to do when it is ${action}`)
  if (installation === undefined) return ignore('not sent for an installation of the app')
  return {
    queue: 'report',
    job: {
      kind: 'merge-group',
      deliveryId,
      installationId: installation.id,
      repositoryId: repository.id,
      owner: repository.owner.login,
      repository: repository.name,
      sha: group.head_sha,
      receivedAtMs,
    },
  }
}
