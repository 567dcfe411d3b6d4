import type { Store } from '../../../contract/store/connect.ts'
import { targetStanding, previewsOfRepository } from '../../../contract/store/micros.ts'
import { pullOfKey } from '../../../contract/target-key.ts'

/** Pull requests cost whoever opens them nothing, and each record is read whenever places are counted. */
export const MOST_HELD = 100

export interface HeldPlaces {
  readonly repositoryId: number
  readonly pull: number
  /** Keys of its previews that are to wait for approval. */
  readonly keys: readonly string[]
}

/** Those that may wait for approval beside what waits of other pull requests. */
export async function chooseHeld({ repositoryId, pull, keys }: HeldPlaces, store: Store): Promise<readonly string[]> {
  const others = (await previewsOfRepository(store, repositoryId)).filter((key) => pullOfKey(key) !== pull)
  // There are not more than may be served or wait, but for those that failed.
  if (others.length + keys.length <= MOST_HELD) return keys
  const standings = await Promise.all(others.map((key) => targetStanding(store, key)))
  const held = standings.filter(({ newest }) => newest?.state === 'held').length
  return keys.slice(0, Math.max(0, MOST_HELD - held))
}
