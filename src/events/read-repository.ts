import { z } from 'zod'
import { ignore, type Delivery, type Read } from './read.ts'

/** The part of GitHub's `repository` event that is read: https://docs.github.com/webhooks/webhook-events-and-payloads#repository */
const repositoryEvent = z.object({
  action: z.string().max(100),
  changes: z.object({ default_branch: z.unknown().optional() }).optional(),
  repository: z.object({ id: z.number().int(), name: z.string(), owner: z.object({ login: z.string() }) }),
  installation: z.object({ id: z.number().int() }).optional(),
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
  if (!parsed.success) return ignore(`not a repository event: ${parsed.error.issues[0]?.path.join('.') ?? ''}`)
  const { action, changes, repository, installation } = parsed.data
  if (!actions.has(action)) return ignore(`nothing to do when it is ${action}`)
  if (action === 'edited' && changes?.default_branch === undefined) return ignore('only its words were edited')
  if (installation === undefined) return ignore('not sent for an installation of the app')
  return {
    queue: 'lifecycle',
    job: {
      kind: 'repository',
      deliveryId,
      installationId: installation.id,
      repositoryId: repository.id,
      owner: repository.owner.login,
      repository: repository.name,
      told: action === 'deleted' ? 'gone' : 'there',
      receivedAtMs,
    },
  }
}
