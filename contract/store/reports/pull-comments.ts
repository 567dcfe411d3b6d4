import type { Store } from '../connect.ts'

const TTL_SECONDS = 90 * 24 * 3600

export interface PullRef {
  readonly repositoryId: number
  readonly pull: number
}

/** What there is to know of the comment on a pull request. */
export interface PullComment {
  /** Whether there is to be one. */
  readonly wanted: boolean
  /** GitHub's number of it. */
  readonly id: number | undefined
  /** Names what it said last. */
  readonly digest: string | undefined
}

export async function readPullComment({ redis, keys }: Store, pull: PullRef): Promise<PullComment> {
  const { off, id, digest } = await redis.hgetall(keys.comment(pullKey(pull)))
  return { wanted: off !== '1', id: id === undefined || id === '' ? undefined : Number(id), digest }
}

/** Notes whether a pull request gets a comment, as its repository's config file says. */
export async function wantPullComment(
  { redis, keys }: Store,
  of: PullRef & { readonly wanted: boolean },
): Promise<void> {
  const key = keys.comment(pullKey(of))
  await redis
    .multi()
    .hset(key, 'off', of.wanted ? '0' : '1')
    .expire(key, TTL_SECONDS)
    .exec()
}

/** Notes what the comment says now; without an id that it is gone. */
export async function notePullComment(
  { redis, keys }: Store,
  of: PullRef & { readonly id?: number; readonly digest?: string },
): Promise<void> {
  const key = keys.comment(pullKey(of))
  await redis
    .multi()
    .hset(key, 'id', of.id ?? '', 'digest', of.digest ?? '')
    .expire(key, TTL_SECONDS)
    .exec()
}

/** Notes that a pull request has a preview of a micro; it is known for as long as the comment may speak of it. */
export async function notePullMicro({ redis, keys }: Store, of: PullRef & { readonly micro: string }): Promise<void> {
  const key = keys.pullMicros(pullKey(of))
  await redis.multi().sadd(key, of.micro).expire(key, TTL_SECONDS).exec()
}

/** The micros that a pull request has or had previews of, by name. */
export async function microsOfPull({ redis, keys }: Store, pull: PullRef): Promise<string[]> {
  return (await redis.smembers(keys.pullMicros(pullKey(pull)))).toSorted()
}

/** Notes that nothing is to be said of these any more. */
export async function forgetPullMicros(
  { redis, keys }: Store,
  { micros, ...of }: PullRef & { readonly micros: readonly string[] },
): Promise<void> {
  if (micros.length > 0) await redis.srem(keys.pullMicros(pullKey(of)), ...micros)
}

function pullKey({ repositoryId, pull }: PullRef): string {
  return `${repositoryId}/${pull}`
}
