import { z } from 'zod'
import { created, ok, type Answer } from '../http/answer.ts'
import { page } from '../http/page.ts'
import { parseBody } from '../http/parse.ts'
import { Refusal } from '../http/refusal.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../http/route.ts'
import { tellComment } from '../pulls/comment-event.ts'
import { commentShape } from '../shapes/reports.ts'
import { permissionOf, reaches } from '../state/collaborators.ts'
import { addRecord, recordsOf, removeRecord, updateRecord, type Stored } from '../state/records.ts'
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
    const found = mayChange(call)
    const { body: text } = parseBody('IssueComment', comment, call.body)
    const edited = updateRecord(call.forge.database, found, {
      body: { ...found.body, text },
      nowMs: call.forge.clock(),
    })
    const before = found.body.text
    tellComment(call.forge, call.repository, { comment: edited, action: 'edited', sender: call.author, before })
    return ok(commentShape(around(call, edited), edited))
  }),
  repositoryRoute('DELETE /issues/comments/:id', WRITE, (call) => {
    const comment = mayChange(call)
    removeRecord(call.forge.database, comment.id)
    tellComment(call.forge, call.repository, { comment, action: 'deleted', sender: call.author })
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
  tellComment(forge, repository, { comment: made, action: 'created', sender: author })
  return created(commentShape(around(call, made), made))
}

/** A comment is changed by whoever wrote it, and by those who may write. */
function mayChange(call: RepositoryCall): Stored<'comment'> {
  const { forge, repository, author, caller } = call
  const comment = recordIn(call, 'comment', 'id')
  const writes = () => reaches(permissionOf(forge.database, repository, author), 'write')
  if (caller.kind === 'person' && comment.creatorId !== author.id && !writes()) {
    throw new Refusal(403, 'Must have write rights to Repository.')
  }
  return comment
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
