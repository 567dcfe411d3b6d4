import type { Octokit } from '@octokit/rest'

interface Wanted {
  readonly owner: string
  readonly repository: string
  readonly sha: string
  readonly name: string
  readonly externalId: string
}

export interface FoundCheck {
  readonly id: number
  readonly isCompleted: boolean
  readonly hasAnnotations: boolean
}

/**
 * The newest check run of ours that was created before with this external id.
 *
 * @throws Octokit's RequestError.
 */
export async function findCheck(octokit: Octokit, wanted: Wanted): Promise<FoundCheck | undefined> {
  const { data } = await octokit.rest.checks.listForRef({
    owner: wanted.owner,
    repo: wanted.repository,
    ref: wanted.sha,
    check_name: wanted.name,
    filter: 'all',
    per_page: 100,
  })
  const found = data.check_runs
    .filter(({ external_id: id }) => id === wanted.externalId)
    .toSorted((a, b) => b.id - a.id)[0]
  if (found === undefined) return undefined
  return {
    id: found.id,
    isCompleted: found.status === 'completed',
    hasAnnotations: found.output.annotations_count > 0,
  }
}
