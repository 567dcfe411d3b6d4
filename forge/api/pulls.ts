import { z } from 'zod'
import { readRef } from '../git/refs.ts'
import { created, ok, type Answer } from '../http/answer.ts'
import { page } from '../http/page.ts'
import { parseBody } from '../http/parse.ts'
import { invalid } from '../http/refusal.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../http/route.ts'
import { bringHead, closePull } from '../pulls/follow-branches.ts'
import { mergePull } from '../pulls/merge.ts'
import { announcePull, describePull, pullParts } from '../pulls/pull-event.ts'
import { pullShape } from '../shapes/pull.ts'
import { addRecord, recordsOf, updateRecord, type Stored } from '../state/records.ts'
import { findRepository, type Repository } from '../state/repositories.ts'
import { pullIn } from './around.ts'

const READ = [['pull_requests', 'read']] as const
const WRITE = [['pull_requests', 'write']] as const

const newPull = z.object({
  title: z.string().min(1).max(256),
  /** `branch`, or `owner:branch` for a fork. */
  head: z.string().min(1),
  /** The fork's name, where it is not the same as this repository's. */
  head_repo: z.string().optional(),
  base: z.string().min(1),
  body: z.string().max(65_536).nullish(),
  draft: z.boolean().default(false),
})

const changes = z.object({
  title: z.string().min(1).max(256).optional(),
  body: z.string().max(65_536).nullish(),
  state: z.enum(['open', 'closed']).optional(),
  base: z.string().min(1).optional(),
})

/** Pull requests: https://docs.github.com/en/rest/pulls/pulls */
export const pullRoutes: readonly Route[] = [
  repositoryRoute('POST /pulls', WRITE, create),
  repositoryRoute('GET /pulls', READ, list),
  repositoryRoute('GET /pulls/:number', READ, async (call) => {
    return ok(await describePull(call.forge, call.repository, pullIn(call)))
  }),
  repositoryRoute('PATCH /pulls/:number', WRITE, update),
  repositoryRoute('PUT /pulls/:number/merge', [['contents', 'write']], async (call) => {
    const sha = await mergePull(call.forge, call.repository, pullIn(call))
    return ok({ sha, merged: true, message: 'Pull Request successfully merged' })
  }),
]

async function create(call: RepositoryCall): Promise<Answer> {
  const { forge, repository, author } = call
  const given = parseBody('PullRequest', newPull, call.body)
  const head = headOf(call, given)
  const headSha = await headOfBranch(call, { ...head, field: 'head' })
  const baseSha = await headOfBranch(call, { repository, branch: given.base, field: 'base' })
  const earlier = recordsOf(forge.database, 'pull', { repositoryId: repository.id })
  const twin = earlier.find(
    ({ body }) =>
      body.state === 'open' &&
      body.headRepositoryId === head.repository.id &&
      body.headBranch === head.branch &&
      body.baseBranch === given.base,
  )
  if (twin !== undefined) {
    throw invalid({ resource: 'PullRequest', message: `A pull request already exists for ${given.head}.` })
  }
  const number = 1 + Math.max(0, ...earlier.map(({ body }) => body.number))
  const place = { number, headRepositoryId: head.repository.id, headSha }
  await bringHead(forge, { ...place, repositoryId: repository.id })
  const pull = addRecord(forge.database, 'pull', {
    repositoryId: repository.id,
    parent: String(number),
    creatorId: author.id,
    nowMs: forge.clock(),
    body: {
      ...place,
      title: given.title,
      text: given.body ?? null,
      draft: given.draft,
      state: 'open',
      headBranch: head.branch,
      baseBranch: given.base,
      baseSha,
      closedAtMs: null,
      mergedAtMs: null,
      mergeSha: null,
    },
  })
  await announcePull(forge, pull, { action: 'opened' })
  return created(await describePull(forge, repository, pull))
}

function list(call: RepositoryCall): Answer {
  const { forge, repository, query } = call
  const state = query.get('state') ?? 'open'
  const [head, base] = [query.get('head'), query.get('base')]
  const pulls = recordsOf(forge.database, 'pull', { repositoryId: repository.id })
    .filter(({ body }) => state === 'all' || body.state === state)
    .filter(({ body }) => base === null || body.baseBranch === base)
    .map((pull) => pullShape(pullParts(forge, repository, pull), pull))
    .filter((shape) => head === null || shape.head.label === head)
    .toReversed()
  return page(call, pulls)
}

async function update(call: RepositoryCall): Promise<Answer> {
  const { forge, repository } = call
  const given = parseBody('PullRequest', changes, call.body)
  let pull = pullIn(call)
  if (given.title !== undefined || given.body !== undefined || given.base !== undefined)
    pull = await edit(call, pull, given)
  if (given.state === 'closed' && pull.body.state === 'open') pull = await closePull(forge, pull)
  if (given.state === 'open' && pull.body.state === 'closed') pull = await reopen(call, pull)
  return ok(await describePull(forge, repository, pull))
}

async function edit(
  call: RepositoryCall,
  pull: Stored<'pull'>,
  given: z.infer<typeof changes>,
): Promise<Stored<'pull'>> {
  const { forge, repository } = call
  const before = pull.body
  const baseBranch = given.base ?? before.baseBranch
  const baseSha =
    given.base === undefined
      ? before.baseSha
      : await headOfBranch(call, { repository, branch: given.base, field: 'base' })
  const text = given.body === undefined ? before.text : given.body
  const body = { ...before, title: given.title ?? before.title, text, baseBranch, baseSha }
  const edited = updateRecord(forge.database, pull, { body, nowMs: forge.clock() })
  const changedBase = { base: { ref: { from: before.baseBranch }, sha: { from: before.baseSha } } }
  const more = { changes: given.base === undefined ? {} : changedBase }
  await announcePull(forge, edited, { action: 'edited', more })
  return edited
}

async function reopen(call: RepositoryCall, pull: Stored<'pull'>): Promise<Stored<'pull'>> {
  const { forge } = call
  if (pull.body.mergedAtMs !== null) {
    throw invalid({
      resource: 'PullRequest',
      field: 'state',
      message: 'state cannot be changed. The pull request is merged.',
    })
  }
  const ref = `refs/heads/${pull.body.headBranch}`
  const head = await readRef(forge.git, forge.git.folder(pull.body.headRepositoryId), ref)
  if (head === undefined) {
    const message = `state cannot be changed. The ${pull.body.headBranch} branch has been deleted.`
    throw invalid({ resource: 'PullRequest', field: 'state', message })
  }
  const body = { ...pull.body, state: 'open' as const, closedAtMs: null, headSha: head.sha }
  await bringHead(forge, { ...body, repositoryId: pull.repositoryId })
  const opened = updateRecord(forge.database, pull, { body, nowMs: forge.clock() })
  await announcePull(forge, opened, { action: 'reopened' })
  return opened
}

function headOf({ forge, repository }: RepositoryCall, { head, head_repo: name }: z.infer<typeof newPull>) {
  const colon = head.indexOf(':')
  if (colon < 0) return { repository, branch: head }
  const owner = head.slice(0, colon)
  const fork = findRepository(forge.database, owner, name ?? repository.name)
  if (fork === undefined) throw invalid({ resource: 'PullRequest', field: 'head' })
  return { repository: fork, branch: head.slice(colon + 1) }
}

interface Branch {
  readonly repository: Repository
  readonly branch: string
  readonly field: string
}

async function headOfBranch({ forge }: RepositoryCall, { repository, branch, field }: Branch): Promise<string> {
  const found = await readRef(forge.git, forge.git.folder(repository.id), `refs/heads/${branch}`)
  if (found === undefined) throw invalid({ resource: 'PullRequest', field })
  return found.sha
}
