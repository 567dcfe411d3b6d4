import type { MicroConfig } from '../../contract/config.ts'
import { defaultPreviews, type PreviewSettings } from '../../contract/config/previews.ts'
import type { PullJob } from '../../contract/jobs/events.ts'
import { grantedLimits } from '../../contract/store/repository/grants.ts'
import { readWish, type Wish } from '../deploy/read-wish.ts'
import type { Deps } from '../deps.ts'
import { readBranchHead } from '../github/branch-head.ts'
import type { Pull } from './fetch-pull.ts'
import { forkConfig, forkNotes } from './fork/fork-config.ts'
import { withheldNames } from './fork/withheld.ts'

type Place = Pick<PullJob, 'installationId' | 'repositoryId' | 'owner' | 'repository'>

/** A micro as a pull request would deploy it. */
export interface PullMicro {
  readonly config: MicroConfig
  readonly warnings: readonly string[]
  /** Names of secrets that are kept from it; undefined unless it is a fork's. */
  readonly withheld: readonly string[] | undefined
}

export type PullWish =
  | Extract<Wish, { readonly kind: 'invalid' }>
  | {
      readonly kind: 'micros'
      readonly micros: readonly PullMicro[]
      readonly previews: PreviewSettings
      readonly complete: boolean
    }

/**
 * What the config file at a pull request's head asks for, as far as its word counts: of a fork's, the base branch's file has the last one.
 *
 * @throws Octokit's RequestError.
 */
export async function readPullWish(
  place: Place,
  pull: Pull,
  deps: Pick<Deps, 'store' | 'github' | 'settings'>,
): Promise<PullWish> {
  const head = await readWish({ ...place, sha: pull.head.sha }, deps)
  if (head.kind === 'invalid') return head
  const { micros, previews, warnings, complete } = head.kind === 'micros' ? head : nothing
  if (!pull.fork) {
    const own = micros.map((config) => ({ config, warnings, withheld: undefined }))
    return { kind: 'micros', micros: own, previews, complete }
  }
  const base = await readBaseWish(place, pull, deps)
  const granted = await grantedLimits(deps.store, place)
  const approved = base.previews.forks !== 'no-secrets'
  const given: PullMicro[] = []
  for (const asked of micros) {
    const trusted = base.micros.find(({ name }) => name === asked.name)
    const config = forkConfig(asked, { base: trusted, granted, approved })
    const names = [...config.secrets, ...asked.secrets]
    const withheld = await withheldNames(deps.store, { ...place, micro: config.name, asked: names })
    given.push({ config, warnings: [...warnings, ...forkNotes(asked, config)], withheld })
  }
  return { kind: 'micros', micros: given, previews: base.previews, complete }
}

const nothing = { micros: [], previews: defaultPreviews, warnings: [], complete: true } as const

/**
 * The word of the base branch as it is now; a file that cannot be read there says nothing, and then a fork needs approval.
 *
 * @throws Octokit's RequestError.
 */
export async function readBaseWish(
  place: Place,
  pull: Pull,
  deps: Pick<Deps, 'store' | 'github' | 'settings'>,
): Promise<{ readonly micros: readonly MicroConfig[]; readonly previews: PreviewSettings }> {
  const octokit = deps.github.forInstallation(place.installationId)
  const sha = await readBranchHead(octokit, { ...place, branch: pull.base.branch })
  const wish = sha === undefined ? undefined : await readWish({ ...place, sha }, deps)
  return wish?.kind === 'micros' ? wish : nothing
}
