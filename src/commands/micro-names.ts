import type { Store } from '../../contract/store/connect.ts'
import { microsOfRepository } from '../../contract/store/micros.ts'

/** Names of the micros that a repository has in production. */
export async function microNames(store: Store, repositoryId: number): Promise<string[]> {
  return (await microsOfRepository(store, repositoryId)).map(microOfKey)
}

/** The micro's name in a target's key. */
export function microOfKey(key: string): string {
  return key.split('/')[1] ?? key
}
