import { z } from 'zod'
import { commitSha, installation, NO_INSTALLATION, notOf, placeOf, repository } from './payload.ts'
import { ignore, type Delivery, type Read } from './read.ts'

/**
 * The part of GitHub's `pull_request` event that is read: which one, and no more. How it stands is asked for when its turn comes, because
 * deliveries come late and out of order.
 */
const pullEvent = z.object({
  action: z.string().max(100),
  number: z.number().int().positive(),
  pull_request: z.object({
    state: z.string().max(100),
    updated_at: z.iso.datetime({ offset: true }),
    head: z.object({ sha: commitSha }),
  }),
  changes: z.object({ base: z.unknown().optional() }).optional(),
  repository,
  installation,
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
  if (!parsed.success) return ignore(notOf('pull_request', parsed.error))
  const { action, number, repository, installation, pull_request: shown } = parsed.data
  if (!actions.has(action)) return ignore(`nothing to do when it is ${action}`)
  if (action === 'edited' && parsed.data.changes?.base === undefined) return ignore('only its words were edited')
  if (installation === undefined) return ignore(NO_INSTALLATION)
  return {
    queue: 'pull',
    job: {
      deliveryId,
      ...placeOf(repository, installation),
      pull: number,
      told: { updatedAtMs: Date.parse(shown.updated_at), sha: shown.head.sha, open: shown.state === 'open' },
      receivedAtMs,
    },
  }
}
