import type { Store } from './connect.ts'

/**
 * Deployments that were ended in one step with something else, and for which nobody has said yet (`markSettled`) that the jobs which
 * follow are in the queue. Whoever ends one dies once in a while right after; the next to look here takes over.
 */
export async function unsettledDeployments({ redis, keys }: Store): Promise<string[]> {
  return redis.smembers(keys.unsettled)
}

/** Notes that the jobs which follow from these deployments' end are in the queue. */
export async function markSettled({ redis, keys }: Store, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await redis.srem(keys.unsettled, ...ids)
}
