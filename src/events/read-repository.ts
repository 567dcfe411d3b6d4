import { z } from 'zod'
import { installation, NO_INSTALLATION, notOf, placeOf, repository } from './payload.ts'
import { ignore, type Delivery, type Read } from './read.ts'

/** The part of GitHub's `repository` event that is read: https://docs.github.com/webhooks/webhook-events-and-payloads#repository */
const repositoryEvent = z.object({
  action: z.string().max(100),
  changes: z.object({ default_branch: z.unknown().optional() }).optional(),
  repository,
  installation,
})

/** Who may see a repository does not change what is deployed from it. */
const actions: ReadonlySet<string> = new Set([
  'created',
  'deleted',
  'renamed',
  'transferred',
  'archived',
  'unarchived',
  'edited',
])

/** What a `repository` delivery asks for: a look at it. Never throws. */
export function readRepositoryEvent({ deliveryId, payload, receivedAtMs }: Delivery): Read {
  const parsed = repositoryEvent.safeParse(payload)
  if (!parsed.success) return ignore(notOf('repository', parsed.error))
  const { action, changes, repository, installation } = parsed.data
  if (!actions.has(action)) return ignore(`nothing to do when it is ${action}`)
  if (action === 'edited' && changes?.default_branch === undefined) return ignore('only its words were edited')
  if (installation === undefined) return ignore(NO_INSTALLATION)
  return {
    queue: 'lifecycle',
    job: {
      kind: 'repository',
      deliveryId,
      ...placeOf(repository, installation),
      told: action === 'deleted' ? 'gone' : 'there',
      receivedAtMs,
    },
  }
}
