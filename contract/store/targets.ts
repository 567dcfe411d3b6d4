import type { StoreKeys } from './keys.ts'

/** Whether a target's key (`targetKey`) is that of a pull request's preview. */
export function isPreviewKey(key: string): boolean {
  return key.split('/').length > 2
}

/** The set in which a target stands while it is served. */
export function servedKey(keys: StoreKeys, key: string): string {
  const repositoryId = Number(key.split('/')[0])
  return isPreviewKey(key) ? keys.previews(repositoryId) : keys.micros(repositoryId)
}
