import type { Store } from '../connect.ts'

/** Longer than a deployment is kept without anything being said of it; what is lost is looked up at GitHub. */
const TOLD_TTL_SECONDS = 400 * 24 * 3600
/** Of one that there is no record of any more, nothing more will be said. */
const UNKNOWN_TTL_SECONDS = 24 * 3600

/**
 * What was told of a deployment goes with its record: one that has ended would leave it here for a year.
 * KEYS told, deployment; ARGV seconds, seconds without a record
 */
const keepScript = `
  local left = redis.call('TTL', KEYS[2])
  local seconds = left == -1 and ARGV[1] or left == -2 and ARGV[2] or left
  redis.call('EXPIRE', KEYS[1], seconds)
  return 1`

async function keep({ redis, keys }: Store, deploymentId: string): Promise<void> {
  const of = [keys.told(deploymentId), keys.deployment(deploymentId)]
  await redis.eval(keepScript, 2, ...of, TOLD_TTL_SECONDS, UNKNOWN_TTL_SECONDS)
}

/** What GitHub was told of a deployment: one field for each thing there, in the form that `tell` was given. */
export async function readTold(
  { redis, keys }: Store,
  deploymentId: string,
): Promise<Readonly<Record<string, string>>> {
  return redis.hgetall(keys.told(deploymentId))
}

/** Notes what GitHub was told of a deployment, or is about to be told. */
export async function tell(
  store: Store,
  { deploymentId, field, value }: { readonly deploymentId: string; readonly field: string; readonly value: string },
): Promise<void> {
  await store.redis.hset(store.keys.told(deploymentId), field, value)
  await keep(store, deploymentId)
}

/** Notes something that is to be said once of a deployment. @returns whether it was not said before. */
export async function tellOnce(
  store: Store,
  { deploymentId, field }: { readonly deploymentId: string; readonly field: string },
): Promise<boolean> {
  const isNews = (await store.redis.hsetnx(store.keys.told(deploymentId), field, '1')) === 1
  await keep(store, deploymentId)
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
