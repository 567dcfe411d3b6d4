import type { Octokit } from '@octokit/rest'
import type { PushJob } from '../../contract/jobs/events.ts'
import { readBranchHead } from '../github/branch-head.ts'
import { statusOf } from '../github/classify-failure.ts'
import { LAG_MS, LOOK_AGAIN_MS } from '../github/lag.ts'

export type FoundCommit =
  /** The push is what the branch shows. */
  | { readonly kind: 'current'; readonly sha: string }
  /** The branch has moved on; the pushed commit is of the past. */
  | { readonly kind: 'moved'; readonly sha: string; readonly from: string | undefined }
  | { readonly kind: 'gone' }
  | { readonly kind: 'not-visible'; readonly afterMs: number }

/**
 * Which commit a push asks for. Deliveries may come late and out of order, so the branch itself is asked, and what it shows
 * decides, except while it may merely lag behind.
 *
 * @throws Octokit's RequestError for anything but a missing branch.
 */
export async function findCommit(octokit: Octokit, push: PushJob, nowMs: number): Promise<FoundCommit> {
  const head = await readBranchHead(octokit, push)
  if (head === push.sha) return head === undefined ? { kind: 'gone' } : { kind: 'current', sha: head }
  const mayLag = nowMs - push.receivedAtMs < LAG_MS
  if (head === undefined) return mayLag ? notVisible : { kind: 'gone' }
  if (push.sha === undefined) return mayLag ? notVisible : { kind: 'moved', sha: head, from: undefined }
  if (mayLag && (await isAhead(octokit, { push, head, sha: push.sha }))) return notVisible
  return { kind: 'moved', sha: head, from: push.sha }
}

const notVisible: FoundCommit = { kind: 'not-visible', afterMs: LOOK_AGAIN_MS }

interface Pair {
  readonly push: PushJob
  readonly head: string
  readonly sha: string
}

/** Whether the pushed commit continues what the branch shows: then the branch has not caught up yet. */
async function isAhead(octokit: Octokit, { push, head, sha }: Pair): Promise<boolean> {
  try {
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
      owner: push.owner,
      repo: push.repository,
      basehead: `${head}...${sha}`,
      per_page: 1,
    })
    return data.status === 'ahead'
  } catch (error) {
    // A commit that a forced push has left behind cannot be compared any more, and is not ahead of anything.
    if (statusOf(error) === 404) return false
    throw error
  }
}
