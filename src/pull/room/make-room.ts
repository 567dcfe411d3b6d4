import { isPending } from '../../../contract/deployment.ts'
import type { Store } from '../../../contract/store/connect.ts'
import { targetStanding, previewsOfRepository, type Standing } from '../../../contract/store/micros.ts'
import { previewUses } from '../../../contract/store/preview-uses.ts'
import { pullOfKey } from '../../../contract/target-key.ts'
import { endTargets } from '../../deploy/end-targets.ts'
import type { Deps } from '../../deps.ts'
import { chooseToEnd } from './choose-to-end.ts'

interface Wanted {
  readonly repositoryId: number
  readonly pull: number
  /** Keys of its previews that are to be built. */
  readonly keys: readonly string[]
  /** The most previews of the repository. */
  readonly max: number
}

/**
 * Ends previews of other pull requests until there are places for these.
 *
 * @returns the keys for which there is a place; a pull request alone may have more micros than its repository may have previews.
 */
export async function makeRoom(
  { repositoryId, pull, keys, max }: Wanted,
  deps: Pick<Deps, 'store' | 'queues' | 'log' | 'now'>,
): Promise<readonly string[]> {
  const { store, now } = deps
  const taken = await takenPlaces(store, repositoryId)
  const siblings = taken.filter(({ key }) => pullOfKey(key) === pull && !keys.includes(key))
  const others = taken.filter(({ key }) => pullOfKey(key) !== pull)
  const allowed = keys.slice(0, Math.max(0, max - siblings.length))
  const tooMany = others.length + siblings.length + allowed.length - max
  if (tooMany <= 0) return allowed
  const uses = await previewUses(
    store,
    others.map(({ key }) => key),
  )
  const placed = others.map(({ key, sequence, building }, index) => {
    return { key, sequence, building, lastUseMs: uses[index] ?? 0 }
  })
  for (const { key, sequence } of chooseToEnd(placed, tooMany, now())) {
    const words = `Ended to make room for other pull requests (previews.max: ${max}); push or /deploy to get it back`
    await endTargets([key], { sequence, end: { why: 'room', words } }, deps)
  }
  return allowed
}

interface Taken {
  readonly key: string
  readonly sequence: number
  readonly building: boolean
}

/** Previews that are served or built; what waits for approval, or has failed, takes no place. */
async function takenPlaces(store: Store, repositoryId: number): Promise<Taken[]> {
  const keys = await previewsOfRepository(store, repositoryId)
  const standings = await Promise.all(keys.map((key) => targetStanding(store, key)))
  return keys.flatMap((key, index) => {
    const { newest, live } = standings[index] ?? noStanding
    const building = newest !== undefined && newest.state !== 'held' && isPending(newest.state)
    if (!building && live === undefined) return []
    return [{ key, building, sequence: newest?.sequence ?? live?.sequence ?? 0 }]
  })
}

const noStanding: Pick<Standing, 'newest' | 'live'> = { newest: undefined, live: undefined }
