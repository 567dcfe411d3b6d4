import { z } from 'zod'
import { created, ok, type Answer } from '../http/answer.ts'
import { page } from '../http/page.ts'
import { parseBody } from '../http/parse.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../http/route.ts'
import { commentShape } from '../shapes/reports.ts'
import { addRecord, recordsOf, removeRecord, updateRecord } from '../state/records.ts'
import { around, pullIn, recordIn } from './around.ts'

// For a pull request's comments either permission is enough.
const READ = [
  ['pull_requests', 'read'],
  ['issues', 'read'],
] as const
const WRITE = [
  ['pull_requests', 'write'],
  ['issues', 'write'],
] as const

const comment = z.object({ body: z.string().min(1, "Body can't be blank").max(65_536, 'Body is too long') })

/** Comments on pull requests, which GitHub counts as issues: https://docs.github.com/en/rest/issues/comments */
export const commentRoutes: readonly Route[] = [
  repositoryRoute('POST /issues/:number/comments', WRITE, create),
  repositoryRoute('GET /issues/:number/comments', READ, list),
  repositoryRoute('GET /issues/comments/:id', READ, (call) => {
    const found = recordIn(call, 'comment', 'id')
    return ok(commentShape(around(call, found), found))
  }),
  repositoryRoute('PATCH /issues/comments/:id', WRITE, (call) => {
    const found = recordIn(call, 'comment', 'id')
    const { body: text } = parseBody('IssueComment', comment, call.body)
    const edited = updateRecord(call.forge.database, found, {
      body: { ...found.body, text },
      nowMs: call.forge.clock(),
    })
    return ok(commentShape(around(call, edited), edited))
  }),
  repositoryRoute('DELETE /issues/comments/:id', WRITE, (call) => {
    removeRecord(call.forge.database, recordIn(call, 'comment', 'id').id)
    return { status: 204 }
  }),
]

function create(call: RepositoryCall): Answer {
  const { forge, repository, author, caller } = call
  const { number } = pullIn(call).body
  const { body: text } = parseBody('IssueComment', comment, call.body)
  const made = addRecord(forge.database, 'comment', {
    repositoryId: repository.id,
    parent: String(number),
    creatorId: author.id,
    nowMs: forge.clock(),
    body: { text, number, byApp: caller.kind === 'installation' },
  })
  return created(commentShape(around(call, made), made))
}

function list(call: RepositoryCall): Answer {
  const { forge, repository } = call
  const comments = recordsOf(forge.database, 'comment', {
    repositoryId: repository.id,
    parent: String(pullIn(call).body.number),
  })
  return page(
    call,
    comments.map((each) => commentShape(around(call, each), each)),
  )
}
