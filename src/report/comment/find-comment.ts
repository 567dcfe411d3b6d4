import type { Octokit } from '@octokit/rest'
import { MARKER } from './draw-comment.ts'

/** Ours is among the first, unless people had talked for long before; past that one more comment is the lesser evil. */
const MOST_PAGES = 30

interface Wanted {
  readonly owner: string
  readonly repository: string
  readonly pull: number
  /** The app's number: anybody can write the marker. */
  readonly appId: number
}

/**
 * The number of our comment on a pull request, however often we forgot it.
 *
 * @throws Octokit's RequestError.
 */
export async function findComment(octokit: Octokit, wanted: Wanted): Promise<number | undefined> {
  const { owner, repository, pull, appId } = wanted
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const place = { owner, repo: repository, issue_number: pull }
    const { data } = await octokit.rest.issues.listComments({ ...place, per_page: 100, page })
    const ours = data.find(({ body, performed_via_github_app: app }) => app?.id === appId && body?.startsWith(MARKER))
    if (ours !== undefined) return ours.id
    if (data.length < 100) return undefined
  }
  return undefined
}
