import { z } from 'zod'
import { isBranchName } from './branch-name.ts'
import { commitSha, installation, NO_INSTALLATION, notOf } from './payload.ts'
import { ignore, type Delivery, type Read } from './read.ts'

const NO_COMMIT = '0'.repeat(40)
const BRANCH = 'refs/heads/'
/** A merge queue's own branches: GitHub pushes to them, and nothing of them is ever deployed. */
const MERGE_QUEUE = 'gh-readonly-queue/'

/** The part of GitHub's `push` event that is read; URLs in it are not, because they come from outside. */
const pushEvent = z.object({
  ref: z.string().max(1024),
  after: commitSha,
  deleted: z.boolean().optional(),
  repository: z.object({
    id: z.number().int(),
    name: z.string(),
    owner: z.object({ login: z.string().optional(), name: z.string().nullish() }),
    default_branch: z.string(),
  }),
  installation,
})

/** What a `push` delivery asks for: a push of a branch, or the reason why it is left alone. Never throws. */
export function readPush({ deliveryId, payload, receivedAtMs }: Delivery): Read {
  const parsed = pushEvent.safeParse(payload)
  if (!parsed.success) return ignore(notOf('push', parsed.error))
  const { ref, after, deleted, repository, installation } = parsed.data
  if (!ref.startsWith(BRANCH)) return ignore('not a branch')
  const branch = ref.slice(BRANCH.length)
  if (!isBranchName(branch)) return ignore('no branch can be named so')
  if (branch.startsWith(MERGE_QUEUE)) return ignore('branch of a merge queue')
  if (installation === undefined) return ignore(NO_INSTALLATION)
  const owner = repository.owner.login ?? repository.owner.name
  if (owner === undefined || owner === null) return ignore('repository without an owner')
  const gone = deleted === true || after === NO_COMMIT
  return {
    queue: 'push',
    job: {
      deliveryId,
      installationId: installation.id,
      repositoryId: repository.id,
      owner,
      repository: repository.name,
      defaultBranch: repository.default_branch,
      branch,
      ...(gone ? {} : { sha: after }),
      receivedAtMs,
    },
  }
}
