import type { Octokit } from '@octokit/rest'
import type { PullJob } from '../../contract/jobs/events.ts'
import { lookTwice } from '../github/look-twice.ts'

/** A pull request as GitHub shows it now. */
export interface Pull {
  readonly number: number
  readonly open: boolean
  readonly updatedAtMs: number
  readonly draft: boolean
  readonly author: { readonly bot: boolean }
  readonly labels: readonly string[]
  /** Whether its commits come from another repository, or from one that is gone. */
  readonly fork: boolean
  readonly head: { readonly sha: string; readonly branch: string }
  readonly base: { readonly branch: string }
}

/**
 * Asks GitHub how a pull request stands; undefined when there is none.
 *
 * @throws Octokit's RequestError for anything but a missing pull request.
 */
export async function fetchPull(
  octokit: Octokit,
  { owner, repository, repositoryId, pull }: Pick<PullJob, 'owner' | 'repository' | 'repositoryId' | 'pull'>,
): Promise<Pull | undefined> {
  return lookTwice(async () => {
    const { data } = await octokit.rest.pulls.get({ owner, repo: repository, pull_number: pull })
    // GitHub gives null for a fork that was deleted, whatever the types say.
    const headRepository = data.head.repo as { readonly id: number } | null
    return {
      number: pull,
      open: data.state === 'open',
      updatedAtMs: Date.parse(data.updated_at),
      draft: data.draft ?? false,
      // Null for an account that was deleted, whatever the types say.
      author: { bot: (data.user as { readonly type: string } | null)?.type === 'Bot' },
      labels: data.labels.map(({ name }) => name),
      fork: headRepository?.id !== repositoryId,
      head: { sha: data.head.sha, branch: data.head.ref },
      base: { branch: data.base.ref },
    }
  })
}
