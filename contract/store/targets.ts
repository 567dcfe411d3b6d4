import { pullOfKey, repositoryOfKey } from '../target-key.ts'
import type { StoreKeys } from './keys.ts'

/** The set in which a target stands while it is served. */
export function servedKey(keys: StoreKeys, key: string): string {
  const repositoryId = repositoryOfKey(key)
  return pullOfKey(key) !== undefined ? keys.previews(repositoryId) : keys.micros(repositoryId)
}
