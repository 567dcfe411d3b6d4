import { z } from 'zod'
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
    head: z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) }),
  }),
  changes: z.object({ base: z.unknown().optional() }).optional(),
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
  const { action, number, repository, installation, pull_request: shown } = parsed.data
  if (!actions.has(action)) return ignore(`nothing to do when it is ${action}`)
  if (action === 'edited' && parsed.data.changes?.base === undefined) return ignore('only its words were edited')
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
      told: { updatedAtMs: Date.parse(shown.updated_at), sha: shown.head.sha, open: shown.state === 'open' },
      receivedAtMs,
    },
  }
}
