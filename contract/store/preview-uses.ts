import { defaultPreviews } from '../config/previews.ts'
import type { Store } from './connect.ts'

/** Notes that previews are in use now, or were a moment ago. */
export async function notePreviewUse(
  { redis, keys }: Store,
  previews: readonly string[],
  nowMs: number,
): Promise<void> {
  if (previews.length === 0) return
  // An older note must not take the place of a newer one.
  await redis.zadd(keys.previewUses, 'GT', ...previews.flatMap((key) => [nowMs, key]))
}

/** Notes how long a preview may go unused; from now on, when nothing is known of its use. */
export async function keepPreview(
  { redis, keys }: Store,
  preview: { readonly targetKey: string; readonly ttlMs: number; readonly nowMs: number },
): Promise<void> {
  await redis.hset(keys.previewTtls, preview.targetKey, preview.ttlMs)
  await redis.zadd(keys.previewUses, 'NX', preview.nowMs, preview.targetKey)
}

/** When previews were last used, in ms since 1970, in the order of the keys; 0 where nobody knows. */
export async function previewUses({ redis, keys }: Store, previews: readonly string[]): Promise<number[]> {
  if (previews.length === 0) return []
  const scores = await redis.zmscore(keys.previewUses, ...previews)
  return scores.map((score) => Number(score ?? 0))
}

export interface IdlePreview {
  readonly targetKey: string
  readonly ttlMs: number
}

/** Previews that went unused for longer than they may. */
export async function idlePreviews({ redis, keys }: Store, nowMs: number): Promise<IdlePreview[]> {
  const all = await redis.zrangebyscore(keys.previewUses, '-inf', nowMs, 'WITHSCORES')
  const uses = all.flatMap((key, index) => (index % 2 === 0 ? [{ key, lastMs: Number(all[index + 1]) }] : []))
  if (uses.length === 0) return []
  const ttls = await redis.hmget(keys.previewTtls, ...uses.map(({ key }) => key))
  return uses.flatMap(({ key, lastMs }, index) => {
    const ttlMs = Number(ttls[index] ?? defaultPreviews.ttlMs)
    return nowMs - lastMs > ttlMs ? [{ targetKey: key, ttlMs }] : []
  })
}

/** Forgets the use of previews that are there no more. */
export async function forgetPreviewUses({ redis, keys }: Store, previews: readonly string[]): Promise<void> {
  if (previews.length === 0) return
  await redis.zrem(keys.previewUses, ...previews)
  await redis.hdel(keys.previewTtls, ...previews)
}
