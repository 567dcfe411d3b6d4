import type { Store } from './connect.ts'
import { scripts } from './scripts.ts'

interface Lease {
  readonly targetKey: string
  readonly owner: string
}

/** Takes or prolongs the right to build a micro; false while another deployment of it has it. It ends by itself after `ttlMs`. */
export async function takeLease({ redis, keys }: Store, lease: Lease & { readonly ttlMs: number }): Promise<boolean> {
  return (await redis.eval(scripts.lease, 1, keys.lease(lease.targetKey), lease.owner, lease.ttlMs)) === 1
}

/** Gives the right back, if it is still one's own. */
export async function releaseLease({ redis, keys }: Store, lease: Lease): Promise<void> {
  await redis.eval(scripts.release, 1, keys.lease(lease.targetKey), lease.owner)
}
