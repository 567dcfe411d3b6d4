import type { Octokit } from '@octokit/rest'
import { lookTwice } from './look-twice.ts'

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
  return lookTwice(async () => {
    const { data } = await octokit.rest.git.getRef({ owner, repo: repository, ref: `heads/${branch}` })
    return data.object.sha
  })
}
