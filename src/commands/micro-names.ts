import type { Store } from '../../contract/store/connect.ts'
import { microsOfRepository } from '../../contract/store/micros.ts'
import { microOfKey } from '../../contract/target-key.ts'

/** Names of the micros that a repository has in production. */
export async function microNames(store: Store, repositoryId: number): Promise<string[]> {
  return (await microsOfRepository(store, repositoryId)).map(microOfKey)
}
