import { z } from 'zod'
import { created, ok, type Answer } from '../../http/answer.ts'
import { page } from '../../http/page.ts'
import { parseBody } from '../../http/parse.ts'
import { invalid, notFound, Refusal } from '../../http/refusal.ts'
import { repositoryRoute, type RepositoryCall, type Route } from '../../http/route.ts'
import { accountShape } from '../../shapes/account.ts'
import { minimalRepositoryShape } from '../../shapes/repository.ts'
import { simpleStatusShape } from '../../shapes/reports.ts'
import { accountById } from '../../state/accounts.ts'
import { addStatus, countStatuses, currentStatuses, statusesOf, type CommitStatus } from '../../state/statuses.ts'
import { commitNamed } from '../repository.ts'

const MOST_PER_CONTEXT = 1000
const LONGEST_DESCRIPTION = 140

const newStatus = z.object({
  state: z.enum(['error', 'failure', 'pending', 'success']),
  target_url: z
    .string()
    .regex(/^https?:\/\/\S+$/, 'Target url must use http(s) scheme')
    .or(z.literal(''))
    .nullish(),
  description: z
    .string()
    .refine(
      (text) => Array.from(text).length <= LONGEST_DESCRIPTION,
      `description is too long (maximum is ${LONGEST_DESCRIPTION} characters)`,
    )
    .refine((text) => !/[\u{10000}-\u{10FFFF}]/u.test(text), "description doesn't accept 4-byte Unicode")
    .nullish(),
  context: z.string().min(1).max(255).default('default'),
})

/** Commit statuses: https://docs.github.com/en/rest/commits/statuses */
export const statusRoutes: readonly Route[] = [
  repositoryRoute('POST /statuses/:sha', [['statuses', 'write']], create),
  repositoryRoute('GET /commits/*ref/statuses', [['statuses', 'read']], list),
  repositoryRoute('GET /statuses/:ref', [['statuses', 'read']], list),
  repositoryRoute('GET /commits/*ref/status', [['statuses', 'read']], combined),
]

async function create(call: RepositoryCall): Promise<Answer> {
  const { forge, repository, params, body, author } = call
  const asked = params['sha'] ?? ''
  const unknown = new Refusal(422, `No commit found for SHA: ${asked}`)
  const sha = /^[0-9a-f]{40}$/.test(asked) ? await commitNamed(call, asked, unknown) : undefined
  if (sha === undefined) throw unknown
  const given = parseBody('Status', newStatus, body)
  const of = { repositoryId: repository.id, sha, context: given.context }
  if (countStatuses(forge.database, of) >= MOST_PER_CONTEXT) {
    throw invalid({
      resource: 'Status',
      message: 'This SHA and context has reached the maximum number of statuses.',
    })
  }
  const status = addStatus(forge.database, {
    ...of,
    state: given.state,
    description: given.description ?? null,
    targetUrl: given.target_url ? given.target_url : null,
    creatorId: author.id,
    createdAtMs: forge.clock(),
  })
  forge.feed.publish(status)
  return created(shape(call, status))
}

async function list(call: RepositoryCall): Promise<Answer> {
  const sha = await commitNamed(call, call.params['ref'], notFound())
  const statuses = statusesOf(call.forge.database, call.repository.id, sha)
  return page(
    call,
    statuses.map((status) => shape(call, status)),
  )
}

async function combined(call: RepositoryCall): Promise<Answer> {
  const { forge, repository } = call
  const sha = await commitNamed(call, call.params['ref'], notFound())
  const statuses = currentStatuses(forge.database, repository.id, sha)
  const url = forge.urls.repository(repository)
  return ok({
    state: combinedState(statuses),
    statuses: statuses.map((status) => simpleStatusShape(forge.urls, repository, status)),
    sha,
    total_count: statuses.length,
    repository: minimalRepositoryShape(forge.urls, repository),
    commit_url: `${url}/commits/${sha}`,
    url: `${url}/commits/${sha}/status`,
  })
}

/** GitHub's rule: one failure fails all; nothing yet, or anything pending, is pending. */
function combinedState(statuses: readonly CommitStatus[]): 'failure' | 'pending' | 'success' {
  if (statuses.some(({ state }) => state === 'error' || state === 'failure')) return 'failure'
  if (statuses.length === 0 || statuses.some(({ state }) => state === 'pending')) return 'pending'
  return 'success'
}

function shape({ forge, repository }: RepositoryCall, status: CommitStatus) {
  const creator = accountById(forge.database, status.creatorId)
  return {
    ...simpleStatusShape(forge.urls, repository, status),
    creator: creator === undefined ? null : accountShape(forge.urls, creator),
  }
}
