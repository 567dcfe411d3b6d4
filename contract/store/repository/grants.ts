import { defaultLimits, type Limits } from '../../limits.ts'
import type { Store } from '../connect.ts'
import { repositoryKey, repositoryName, stillNamedScript, type RepositoryRef } from './repositories.ts'

/** What an operator granted a repository beyond, or below, the usual limits. */
export type Grants = Partial<Limits>

interface Named {
  readonly repositoryId: number
  readonly owner: string
  readonly repository: string
}

/** The most that a repository's micros may ask for: what was granted, the usual limits for the rest. */
export async function grantedLimits(store: Store, { repositoryId, owner, repository }: Named): Promise<Limits> {
  const name = repositoryName(owner, repository)
  return { ...defaultLimits, ...(await readGrants(store, { id: repositoryId, name })) }
}

/** Only what was granted. */
export async function readGrants({ redis, keys }: Store, repository: RepositoryRef): Promise<Grants> {
  const stored = await redis.hgetall(keys.grants(repositoryKey(repository)))
  const grants: Record<string, number> = {}
  for (const field of Object.keys(defaultLimits)) {
    const amount = Number(stored[field])
    if (Number.isSafeInteger(amount) && amount > 0) grants[field] = amount
  }
  return grants
}

const grantScript = `${stillNamedScript}
  for i = 3, #ARGV, 2 do
    if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[2], ARGV[i]) else redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
  end
  return 'ok'`

/**
 * Grants limits, or takes a grant back where the amount is undefined.
 *
 * @returns false when another repository has got the name since it was looked up, or the first push told its number: look again.
 */
export async function changeGrants(
  { redis, keys }: Store,
  repository: RepositoryRef,
  changes: ReadonlyMap<keyof Limits, number | undefined>,
): Promise<boolean> {
  const result = await redis.eval(
    grantScript,
    2,
    keys.repositoryNames,
    keys.grants(repositoryKey(repository)),
    repository.name,
    repository.id ?? '',
    ...[...changes].flatMap(([field, amount]) => [field, amount ?? '']),
  )
  return result === 'ok'
}
