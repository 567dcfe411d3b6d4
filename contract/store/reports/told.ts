import type { Store } from '../connect.ts'

/** Longer than a deployment is kept without anything being said of it; what is lost is looked up at GitHub. */
const TOLD_TTL_SECONDS = 400 * 24 * 3600

/** What GitHub was told of a deployment: one field for each thing there, in the form that `tell` was given. */
export async function readTold(
  { redis, keys }: Store,
  deploymentId: string,
): Promise<Readonly<Record<string, string>>> {
  return redis.hgetall(keys.told(deploymentId))
}

/** Notes what GitHub was told of a deployment, or is about to be told. */
export async function tell(
  { redis, keys }: Store,
  { deploymentId, field, value }: { readonly deploymentId: string; readonly field: string; readonly value: string },
): Promise<void> {
  const key = keys.told(deploymentId)
  await redis.multi().hset(key, field, value).expire(key, TOLD_TTL_SECONDS).exec()
}

/** Notes something that is to be said once of a deployment. @returns whether it was not said before. */
export async function tellOnce(
  { redis, keys }: Store,
  { deploymentId, field }: { readonly deploymentId: string; readonly field: string },
): Promise<boolean> {
  const key = keys.told(deploymentId)
  const isNews = (await redis.hsetnx(key, field, '1')) === 1
  await redis.expire(key, TOLD_TTL_SECONDS)
  return isNews
}

/** The same for what was told of a commit's config file. */
export async function readToldOfConfig({ redis, keys }: Store, commitKey: string): Promise<string | undefined> {
  return (await redis.get(keys.toldOfConfig(commitKey))) ?? undefined
}

export async function tellOfConfig(
  { redis, keys }: Store,
  { commitKey, value }: { readonly commitKey: string; readonly value: string },
): Promise<void> {
  await redis.set(keys.toldOfConfig(commitKey), value, 'EX', 30 * 24 * 3600)
}
