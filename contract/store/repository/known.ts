import type { Store } from '../connect.ts'
import { repositoryKey } from './repositories.ts'

/** What was last told of a repository that something was deployed from, or might have been. */
export interface KnownRepository {
  readonly repositoryId: number
  readonly owner: string
  readonly repository: string
  /** The installation of the App that reached it. */
  readonly installationId: number
}

/** Every repository that there is a record of. */
export async function knownRepositories(store: Store): Promise<KnownRepository[]> {
  const ids = await store.redis.smembers(store.keys.repositories)
  const found = await Promise.all(ids.map((id) => readRepository(store, Number(id))))
  return found.filter((one) => one !== undefined)
}

export async function readRepository(
  { redis, keys }: Store,
  repositoryId: number,
): Promise<KnownRepository | undefined> {
  const { owner, repository, installation } = await redis.hgetall(keys.repository(repositoryId))
  if (owner === undefined || repository === undefined || installation === undefined) return undefined
  return { repositoryId, owner, repository, installationId: Number(installation) }
}

/**
 * KEYS repository, names, repositories, secrets, heads, looks
 * ARGV number, sequence
 */
const forgetScript = `
  if tonumber(ARGV[2]) < tonumber(redis.call('HGET', KEYS[1], 'sequence') or '0') then return 0 end
  local name = redis.call('HGET', KEYS[1], 'name')
  if name and string.match(redis.call('HGET', KEYS[2], name) or '', '^(%d+):') == ARGV[1] then
    redis.call('HDEL', KEYS[2], name)
  end
  redis.call('SREM', KEYS[3], ARGV[1])
  redis.call('HDEL', KEYS[6], ARGV[1])
  redis.call('DEL', KEYS[1], KEYS[4], KEYS[5])
  return 1`

/**
 * Forgets a repository that is ours no more, and its secrets with it, unless something newer was told of it. Its grants are the
 * operator's word and stay with its number.
 *
 * @returns whether it is forgotten.
 */
export async function forgetRepository(
  { redis, keys }: Store,
  of: { readonly repositoryId: number; readonly installationId: number; readonly sequence: number },
): Promise<boolean> {
  const result = await redis.eval(
    forgetScript,
    6,
    keys.repository(of.repositoryId),
    keys.repositoryNames,
    keys.repositories,
    keys.secrets(repositoryKey({ id: of.repositoryId, name: '' })),
    keys.heads(of.repositoryId),
    keys.looks(of.installationId),
    of.repositoryId,
    of.sequence,
  )
  return result === 1
}
