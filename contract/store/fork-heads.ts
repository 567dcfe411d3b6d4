import type { Store } from './connect.ts'

const WINDOW_SECONDS = 600
/** A person who mends something pushes less often; a loop of somebody who has no rights here costs us nothing beyond these. */
export const MOST_FORK_HEADS = 10

/** KEYS heads; ARGV sha, most, seconds */
const takeScript = `
  if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return 1 end
  local count = redis.call('SCARD', KEYS[1])
  if count >= tonumber(ARGV[2]) then return 0 end
  redis.call('SADD', KEYS[1], ARGV[1])
  if count == 0 then redis.call('EXPIRE', KEYS[1], ARGV[3]) end
  return 1`

/**
 * Takes one of the few places for commits of a fork's pull request that are dealt with within ten minutes; the same commit takes one.
 *
 * @returns false when there is none for now.
 */
export async function takeForkHead(
  { redis, keys }: Store,
  of: { readonly repositoryId: number; readonly pull: number; readonly sha: string },
): Promise<boolean> {
  const key = keys.forkHeads(`${of.repositoryId}/${of.pull}`)
  return (await redis.eval(takeScript, 1, key, of.sha, MOST_FORK_HEADS, WINDOW_SECONDS)) === 1
}
