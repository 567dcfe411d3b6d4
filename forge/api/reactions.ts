import { z } from 'zod'
import { created, ok, type Answer } from '../http/answer.ts'
import { page } from '../http/page.ts'
import { parseBody } from '../http/parse.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../http/route.ts'
import { accountShape } from '../shapes/account.ts'
import { time } from '../shapes/urls.ts'
import { accountById, ensureAccount, PERSON } from '../state/accounts.ts'
import { addRecord, recordsOf, type Stored } from '../state/records.ts'
import { recordIn } from './around.ts'

const reaction = z.object({
  content: z.enum(['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes']),
})

/** Reactions to comments on pull requests: https://docs.github.com/en/rest/reactions/reactions */
export const reactionRoutes: readonly Route[] = [
  repositoryRoute(
    'POST /issues/comments/:id/reactions',
    // Of a comment on a pull request; one on an issue takes the right to issues alone.
    [
      ['pull_requests', 'write'],
      ['issues', 'write'],
    ],
    react,
  ),
  repositoryRoute(
    'GET /issues/comments/:id/reactions',
    [
      ['pull_requests', 'read'],
      ['issues', 'read'],
    ],
    (call) => {
      const all = recordsOf(call.forge.database, 'reaction', placeOf(call))
      return page(
        call,
        all.map((one) => shape(call, one)),
      )
    },
  ),
]

/** The same again by the same account is answered 200 with the one that is there. */
function react(call: RepositoryCall): Answer {
  const { forge, author } = call
  const { content } = parseBody('Reaction', reaction, call.body)
  const place = placeOf(call)
  const known = recordsOf(forge.database, 'reaction', place).find(
    (one) => one.creatorId === author.id && one.body.content === content,
  )
  if (known !== undefined) return ok(shape(call, known))
  const made = { ...place, creatorId: author.id, nowMs: forge.clock(), body: { content } }
  return created(shape(call, addRecord(forge.database, 'reaction', made)))
}

function placeOf(call: RepositoryCall): { repositoryId: number; parent: string } {
  return { repositoryId: call.repository.id, parent: String(recordIn(call, 'comment', 'id').id) }
}

function shape({ forge }: RepositoryCall, { id, creatorId, createdAtMs, body }: Stored<'reaction'>): object {
  const creator = accountById(forge.database, creatorId) ?? ensureAccount(forge.database, PERSON)
  return {
    id,
    node_id: `REA_${id}`,
    user: accountShape(forge.urls, creator),
    content: body.content,
    created_at: time(createdAtMs),
  }
}
