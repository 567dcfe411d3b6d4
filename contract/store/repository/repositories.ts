import type { Store } from '../connect.ts'

/** A repository as an operator names it. */
export interface RepositoryRef {
  /** `owner/repository`, in lower case: GitHub does not tell `Ada/Shop` from `ada/shop`. */
  readonly name: string
  /** GitHub's number, once the repository has been pushed to; a number is never given out again, a name may be. */
  readonly id: number | undefined
}

/** Under what a repository's secrets and grants are kept: its number, or its name until the first push tells the number. */
export function repositoryKey({ id, name }: RepositoryRef): string {
  return id === undefined ? `name:${name}` : `id:${id}`
}

export function repositoryName(owner: string, repository: string): string {
  return `${owner}/${repository}`.toLowerCase()
}

/**
 * KEYS repository, names, secrets by number, secrets by name, grants by number, grants by name, repositories
 * ARGV number, name, sequence, then field and value pairs
 */
const noteScript = `
  local sequence = tonumber(ARGV[3])
  if sequence < tonumber(redis.call('HGET', KEYS[1], 'sequence') or '0') then return 0 end
  local holder, since = string.match(redis.call('HGET', KEYS[2], ARGV[2]) or '', '^(%d+):(%d+)$')
  if holder and holder ~= ARGV[1] and tonumber(since) > sequence then return 0 end
  local former = redis.call('HGET', KEYS[1], 'name')
  if former and former ~= ARGV[2] then
    if string.match(redis.call('HGET', KEYS[2], former) or '', '^(%d+):') == ARGV[1] then
      redis.call('HDEL', KEYS[2], former)
    end
  end
  redis.call('HSET', KEYS[1], 'name', ARGV[2], 'sequence', ARGV[3])
  for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
  redis.call('SADD', KEYS[7], ARGV[1])
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[1] .. ':' .. ARGV[3])
  for pair = 3, 5, 2 do
    local waiting = redis.call('HGETALL', KEYS[pair + 1])
    for i = 1, #waiting, 2 do redis.call('HSET', KEYS[pair], waiting[i], waiting[i + 1]) end
    redis.call('DEL', KEYS[pair + 1])
  end
  return 1`

/**
 * Notes which repository has a name, as a push tells it. What was set for that name before anybody had pushed to it is this repository's
 * from now on; whoever gets the name later finds nothing of it.
 */
export async function noteRepository(
  { redis, keys }: Store,
  push: {
    readonly repositoryId: number
    readonly owner: string
    readonly repository: string
    readonly installationId?: number
    readonly sequence: number
  },
): Promise<void> {
  const name = repositoryName(push.owner, push.repository)
  const [byId, byName] = [repositoryKey({ id: push.repositoryId, name }), repositoryKey({ id: undefined, name })]
  await redis.eval(
    noteScript,
    7,
    keys.repository(push.repositoryId),
    keys.repositoryNames,
    keys.secrets(byId),
    keys.secrets(byName),
    keys.grants(byId),
    keys.grants(byName),
    keys.repositories,
    push.repositoryId,
    name,
    push.sequence,
    'owner',
    push.owner,
    'repository',
    push.repository,
    ...(push.installationId === undefined ? [] : ['installation', push.installationId]),
  )
}

/** The repository that has a name at the moment. */
export async function findRepository({ redis, keys }: Store, fullName: string): Promise<RepositoryRef> {
  const name = fullName.toLowerCase()
  const id = /^(\d+):/.exec((await redis.hget(keys.repositoryNames, name)) ?? '')?.[1]
  return { name, id: id === undefined ? undefined : Number(id) }
}

/** Lua that gives up with `moved` unless the repository is still the one that has the name. KEYS[1] names; ARGV[1] name, ARGV[2] number or ''. */
export const stillNamedScript = `
  local holder = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '', '^(%d+):') or ''
  if holder ~= ARGV[2] then return 'moved' end`
