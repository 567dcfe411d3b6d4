import type { Octokit } from '@octokit/rest'
import { statusOf } from './classify-failure.ts'

interface Branch {
  readonly owner: string
  readonly repository: string
  readonly branch: string
}

/**
 * The commit that a branch shows; undefined when there is no such branch.
 *
 * @throws Octokit's RequestError for anything else.
 */
export async function readBranchHead(
  octokit: Octokit,
  { owner, repository, branch }: Branch,
): Promise<string | undefined> {
  try {
    const { data } = await octokit.rest.git.getRef({ owner, repo: repository, ref: `heads/${branch}` })
    return data.object.sha
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw error
  }
}
