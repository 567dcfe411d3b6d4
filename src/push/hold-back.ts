import { isPending } from '../../contract/deployment.ts'
import { microKey } from '../../contract/target-key.ts'
import type { MicroConfig } from '../../contract/config.ts'
import { slug } from '../../contract/names.ts'
import type { Standing } from '../../contract/store/micros.ts'
import type { KnownMicro } from './plan-push.ts'

interface Renamed {
  /** Keys of the micros that end. */
  readonly end: readonly string[]
  readonly known: readonly KnownMicro[]
  readonly deploy: readonly MicroConfig[]
  readonly repositoryId: number
  /** What it is called now. */
  readonly repository: string
}

/** A micro that had its name from its repository, and the one that has the name of now: key → key. */
export interface HeldBack {
  readonly key: string
  readonly successor: string
}

/** Of the micros that end, the one that was called as the repository was before: visitors are served by it until its successor is there. */
export function findHeldBack({ end, known, deploy, repositoryId, repository }: Renamed): HeldBack | undefined {
  const named = slug(repository)
  if (!deploy.some(({ name }) => name === named)) return undefined
  const former = known.find(
    (one) => end.includes(one.key) && one.name === slug(one.repository) && slug(one.repository) !== named,
  )
  return former === undefined ? undefined : { key: former.key, successor: microKey({ repositoryId, micro: named }) }
}

/** What becomes of the former one: it ends when its successor is live, and goes on when that has failed, as with any deployment. */
export function decideHeldBack({ newest, live }: Pick<Standing, 'newest' | 'live'>): 'end' | 'wait' | 'keep' {
  if (live !== undefined) return 'end'
  return newest !== undefined && isPending(newest.state) && newest.state !== 'held' ? 'wait' : 'keep'
}
