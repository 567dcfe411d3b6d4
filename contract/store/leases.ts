import type { Store } from './connect.ts'

interface Lease {
  readonly targetKey: string
  readonly owner: string
}

/** KEYS lease; ARGV owner, ttl ms. Takes a lease or prolongs one's own. */
const takeScript = `
  local owner = redis.call('GET', KEYS[1])
  if owner and owner ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1`

/** Takes or prolongs the right to build a micro; false while another deployment of it has it. It ends by itself after `ttlMs`. */
export async function takeLease({ redis, keys }: Store, lease: Lease & { readonly ttlMs: number }): Promise<boolean> {
  return (await redis.eval(takeScript, 1, keys.lease(lease.targetKey), lease.owner, lease.ttlMs)) === 1
}

/** KEYS lease; ARGV owner */
const releaseScript = `
  if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
  return 0`

/** Gives the right back, if it is still one's own. */
export async function releaseLease({ redis, keys }: Store, lease: Lease): Promise<void> {
  await redis.eval(releaseScript, 1, keys.lease(lease.targetKey), lease.owner)
}
