import { z } from 'zod'
import { ignore, type Delivery, type Read } from './read.ts'

/**
 * The part of GitHub's `pull_request` event that is read: which one, and no more. How it stands is asked for when its turn comes, because
 * deliveries come late and out of order.
 */
const pullEvent = z.object({
  action: z.string().max(100),
  number: z.number().int().positive(),
  repository: z.object({ id: z.number().int(), name: z.string(), owner: z.object({ login: z.string() }) }),
  installation: z.object({ id: z.number().int() }).optional(),
})

/** What may change whether, or of which commit, there are previews. */
const actions: ReadonlySet<string> = new Set([
  'opened',
  'synchronize',
  'reopened',
  'closed',
  'edited',
  'ready_for_review',
  'converted_to_draft',
  'labeled',
  'unlabeled',
])

/** What a `pull_request` delivery asks for. Never throws. */
export function readPull({ deliveryId, payload, receivedAtMs }: Delivery): Read {
  const parsed = pullEvent.safeParse(payload)
  if (!parsed.success) return ignore(`not a pull_request event: ${parsed.error.issues[0]?.path.join('.') ?? ''}`)
  const { action, number, repository, installation } = parsed.data
  if (!actions.has(action)) return ignore(`nothing to do when it is ${action}`)
  if (installation === undefined) return ignore('not sent for an installation of the app')
  return {
    queue: 'pull',
    job: {
      deliveryId,
      installationId: installation.id,
      repositoryId: repository.id,
      owner: repository.owner.login,
      repository: repository.name,
      pull: number,
      receivedAtMs,
    },
  }
}
