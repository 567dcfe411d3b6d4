import { defaultAllowance, type Allowance } from '../../allowance.ts'
import { defaultLimits, type Limits } from '../../limits.ts'
import type { Store } from '../connect.ts'
import { repositoryKey, repositoryName, stillNamedScript, type RepositoryRef } from './repositories.ts'

/** What an operator granted a repository beyond, or below, what is usual. */
export type Grants = Partial<Limits & Allowance>

interface Named {
  readonly repositoryId: number
  readonly owner: string
  readonly repository: string
}

/** The most that a repository's micros may ask for: what was granted, the usual limits for the rest. */
export async function grantedLimits(store: Store, { repositoryId, owner, repository }: Named): Promise<Limits> {
  const name = repositoryName(owner, repository)
  const grants = await readGrants(store, { id: repositoryId, name })
  const limits = Object.entries(defaultLimits).map(([field, usual]) => [field, grants[field as keyof Limits] ?? usual])
  return Object.fromEntries(limits) as Limits
}

/** The same of what it may ask for besides limits; `usual` is what this operator allows everybody. */
export async function grantedAllowance(
  store: Store,
  { repositoryId, owner, repository }: Named,
  usual: Allowance,
): Promise<Allowance> {
  const granted = await readGrants(store, { id: repositoryId, name: repositoryName(owner, repository) })
  return { idleMs: granted.idleMs ?? usual.idleMs, sandboxes: granted.sandboxes ?? usual.sandboxes }
}

/** Only what was granted. */
export async function readGrants({ redis, keys }: Store, repository: RepositoryRef): Promise<Grants> {
  const stored = await redis.hgetall(keys.grants(repositoryKey(repository)))
  const grants: Record<string, number> = {}
  for (const field of Object.keys({ ...defaultLimits, ...defaultAllowance })) {
    const amount = Number(stored[field])
    if ((Number.isSafeInteger(amount) && amount > 0) || (field === 'idleMs' && amount === Infinity))
      grants[field] = amount
  }
  return grants
}

const grantScript = `${stillNamedScript}
  for i = 3, #ARGV, 2 do
    if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[2], ARGV[i]) else redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
  end
  return 'ok'`

/**
 * Grants what a repository's micros may ask for, or takes a grant back where the amount is undefined.
 *
 * @returns false when another repository has got the name since it was looked up, or the first push told its number: look again.
 */
export async function changeGrants(
  { redis, keys }: Store,
  repository: RepositoryRef,
  changes: ReadonlyMap<keyof Grants, number | undefined>,
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
