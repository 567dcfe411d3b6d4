import type { Octokit } from '@octokit/rest'
import { classifyFailure } from '../github/classify-failure.ts'
import { changedPaths, changedPathsOfPull, type ChangedPaths } from './changed-paths.ts'

/** What a commit changes, asked of GitHub when it matters and no more than once. */
export interface Change {
  /** The commit's message; empty when GitHub does not know it. */
  message(): Promise<string>
  /** How the files of a commit differ from this one's. */
  since(base: string): Promise<ChangedPaths>
  /** What is new where nothing is live: in a pull request, what it changes of its base. */
  whole(): Promise<ChangedPaths>
}

interface ChangeOf {
  readonly owner: string
  readonly repository: string
  readonly sha: string
  /** The pull request whose head it is. */
  readonly pull?: number
}

/** @throws by its functions, Octokit's RequestError when it is worth asking again. */
export function changeOf(octokit: Octokit, { owner, repository, sha, pull }: ChangeOf): Change {
  const asked = new Map<string, Promise<ChangedPaths>>()
  const once = (what: string, ask: () => Promise<ChangedPaths>): Promise<ChangedPaths> => {
    const answer = asked.get(what) ?? ask()
    asked.set(what, answer)
    return answer
  }
  let message: Promise<string> | undefined
  return {
    message: () => (message ??= readMessage(octokit, { owner, repository, sha })),
    since: (base) => once(base, () => changedPaths(octokit, { owner, repository, base, head: sha })),
    whole: () =>
      once('whole', async () =>
        pull === undefined ? 'unknown' : changedPathsOfPull(octokit, { owner, repository, pull }),
      ),
  }
}

async function readMessage(
  octokit: Octokit,
  { owner, repository, sha }: Pick<ChangeOf, 'owner' | 'repository' | 'sha'>,
): Promise<string> {
  try {
    // Its files come along, a page of them; of those one is the least.
    const { data } = await octokit.rest.repos.getCommit({ owner, repo: repository, ref: sha, per_page: 1 })
    return data.commit.message
  } catch (error) {
    // Without a message there is no marker, and what cannot be read is deployed.
    if (classifyFailure(error, Date.now()).kind === 'final') return ''
    throw error
  }
}
