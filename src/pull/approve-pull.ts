import type { Deployment } from '../../contract/deployment.ts'
import { targetStanding } from '../../contract/store/micros.ts'
import { fetchPull } from './fetch-pull.ts'
import type { Deps } from '../deps.ts'
import { letThrough } from './let-through.ts'
import { previewsOfPull } from './previews-of-pull.ts'
import { readBaseWish } from './read-pull-wish.ts'

interface Approve {
  readonly repositoryId: number
  /** The pull request's number. */
  readonly pull: number
  /** The commit that was looked at, all 40 characters of it. */
  readonly sha: string
  /** Login of who approves; whether they may is the caller's to know. */
  readonly by: string
}

export type Approval =
  | { readonly kind: 'approved'; readonly micros: readonly string[] }
  /** `why` is a sentence for who approved. */
  | { readonly kind: 'refused'; readonly why: string }

/**
 * Lets the previews of one commit of a fork through, as long as it is the pull request's head. What is pushed afterwards waits again.
 *
 * @throws Octokit's RequestError.
 */
export async function approvePull(deps: Deps, { repositoryId, pull, sha, by }: Approve): Promise<Approval> {
  const held = await heldOf(deps, { repositoryId, pull })
  const [first] = held
  if (first === undefined) return refused(`Nothing of #${pull} waits for approval`)
  const shown = await fetchPull(deps.github.forInstallation(first.installationId), { ...first, pull })
  if (!shown?.open) return refused(`#${pull} is closed`)
  const short = sha.slice(0, 7)
  if (shown.head.sha !== sha)
    return refused(
      `${short} is not the newest commit of #${pull}; look at ${shown.head.sha.slice(0, 7)} and approve that`,
    )
  const waiting = held.filter((one) => one.sha === sha)
  if (waiting.length === 0) return refused(`Nothing of ${short} waits for approval yet; try again in a moment`)
  const { previews } = await readBaseWish(first, shown, deps)
  const micros = await letThrough({ repositoryId, pull, held: waiting, by, max: previews.max }, deps)
  if (micros.length > 0) return { kind: 'approved', micros }
  return refused(`There is no place for a preview of #${pull} (previews.max: ${previews.max})`)
}

async function heldOf({ store }: Deps, of: Pick<Approve, 'repositoryId' | 'pull'>): Promise<Deployment[]> {
  const keys = await previewsOfPull(store, of)
  const standings = await Promise.all(keys.map((key) => targetStanding(store, key)))
  return standings.flatMap(({ newest }) => (newest?.state === 'held' ? [newest] : []))
}

function refused(why: string): Approval {
  return { kind: 'refused', why }
}
