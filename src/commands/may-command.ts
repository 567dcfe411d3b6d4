import type { Octokit } from '@octokit/rest'
import { statusOf } from '../github/classify-failure.ts'
import type { Command } from './obeyed.ts'

/** GitHub's roles that may push; `permission` tells of `maintain` as `write`, and of a role that a company made by what it is based on. */
const writers: ReadonlySet<string> = new Set(['admin', 'maintain', 'write'])

/**
 * Whether who asks has write access to the repository, as GitHub says now. What the event says of an author (`author_association`) tells
 * nothing of it. https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
 *
 * @throws Octokit's RequestError.
 */
export async function mayCommand(octokit: Octokit, { owner, repository, by, from }: Command): Promise<boolean> {
  if (from.kind === 'operator') return true
  try {
    const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({ owner, repo: repository, username: by })
    return writers.has(data.permission)
  } catch (error) {
    // Whoever is not a user any more.
    if (statusOf(error) === 404) return false
    throw error
  }
}
