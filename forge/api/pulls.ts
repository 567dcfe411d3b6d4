import { z } from 'zod'
import { created, ok, type Answer } from '../http/answer.ts'
import { page } from '../http/page.ts'
import { parseBody } from '../http/parse.ts'
import { isAncestor } from '../git/refs.ts'
import { invalid, Refusal } from '../http/refusal.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../http/route.ts'
import { bringHead } from '../pulls/follow-branches.ts'
import { mergePull } from '../pulls/merge.ts'
import { announcePull, describePull, pullFiles, pullParts } from '../pulls/pull-event.ts'
import { fileShape } from '../shapes/commit.ts'
import { pullShape } from '../shapes/pull.ts'
import { addRecord, recordsOf } from '../state/records.ts'
import { markFork } from '../state/repository-changes.ts'
import { findRepository } from '../state/repositories.ts'
import { headOfBranch } from '../pulls/branch.ts'
import { pullIn } from './around.ts'
import { commitNamed } from './repository.ts'

const READ = [['pull_requests', 'read']] as const
const WRITE = [['pull_requests', 'write']] as const

/** https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files */
const MOST_FILES = 3000

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

/** Pull requests: https://docs.github.com/en/rest/pulls/pulls */
export const pullRoutes: readonly Route[] = [
  repositoryRoute('POST /pulls', WRITE, create),
  repositoryRoute('GET /pulls', READ, list),
  repositoryRoute('GET /pulls/:number', READ, async (call) => {
    return ok(await describePull(call.forge, call.repository, pullIn(call)))
  }),
  repositoryRoute('GET /pulls/:number/files', READ, files),
  repositoryRoute('GET /commits/:sha/pulls', READ, ofCommit),
  repositoryRoute('PUT /pulls/:number/merge', [['contents', 'write']], async (call) => {
    const sha = await mergePull(call.forge, call.repository, { pull: pullIn(call), by: call.author })
    return ok({ sha, merged: true, message: 'Pull Request successfully merged' })
  }),
]

async function create(call: RepositoryCall): Promise<Answer> {
  const { forge, repository, author } = call
  const given = parseBody('PullRequest', newPull, call.body)
  const head = headOf(call, given)
  const headSha = await headOfBranch(forge, { ...head, field: 'head' })
  const baseSha = await headOfBranch(forge, { repository, branch: given.base, field: 'base' })
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
  const { id: headRepositoryId, owner } = head.repository
  const place = { number, headRepositoryId, headOwnerId: owner.id, headSha }
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
  // Whoever has the commits has forked the repository, by whichever way.
  if (head.repository.id !== repository.id && !head.repository.fork) {
    markFork(forge.database, head.repository.id, repository.id)
  }
  await announcePull(forge, pull, { action: 'opened', sender: author })
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

/** The open pull requests that bring a commit, by which a push is told from a preview's. */
async function ofCommit(call: RepositoryCall): Promise<Answer> {
  const { forge, repository, folder, params } = call
  const sha = await commitNamed(
    call,
    params['sha'],
    new Refusal(422, `No commit found for SHA: ${params['sha'] ?? ''}`),
  )
  const found = []
  for (const pull of recordsOf(forge.database, 'pull', { repositoryId: repository.id })) {
    const { state, headSha, baseSha } = pull.body
    if (state !== 'open' || (await isAncestor(forge.git, folder, { older: sha, newer: baseSha }))) continue
    if (await isAncestor(forge.git, folder, { older: sha, newer: headSha })) found.push(pull)
  }
  return page(
    call,
    found.map((pull) => pullShape(pullParts(forge, repository, pull), pull)),
  )
}

/** As on GitHub, 3000 files at most are told. */
async function files(call: RepositoryCall): Promise<Answer> {
  const { forge, repository } = call
  const pull = pullIn(call)
  const changed = (await pullFiles(forge, repository, pull)).slice(0, MOST_FILES)
  return page(
    call,
    changed.map((file) => fileShape(forge.urls, { repository, sha: pull.body.headSha }, file)),
  )
}

function headOf({ forge, repository }: RepositoryCall, { head, head_repo: name }: z.infer<typeof newPull>) {
  const colon = head.indexOf(':')
  if (colon < 0) return { repository, branch: head }
  const owner = head.slice(0, colon)
  const fork = findRepository(forge.database, owner, name ?? repository.name)
  if (fork === undefined) throw invalid({ resource: 'PullRequest', field: 'head' })
  return { repository: fork, branch: head.slice(colon + 1) }
}
