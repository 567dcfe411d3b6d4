import type { Store } from '../../contract/store/connect.ts'
import { microsOfRepository, targetStanding } from '../../contract/store/micros.ts'
import type { KnownMicro } from './plan-push.ts'

/** The micros that a repository serves at the moment, each with the branch it was last deployed from. */
export async function knownMicros(store: Store, repositoryId: number): Promise<KnownMicro[]> {
  const keys = await microsOfRepository(store, repositoryId)
  const standings = await Promise.all(keys.map((key) => targetStanding(store, key)))
  return standings.flatMap(({ newest, live }, index) => {
    const key = keys[index]
    const latest = newest ?? live
    if (key === undefined || latest === undefined) return []
    const { branch, repository, sequence } = latest
    return [{ key, name: latest.config.name, branch, repository, sequence }]
  })
}
