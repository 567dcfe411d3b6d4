import { z } from 'zod'
import type { Store } from '../connect.ts'

/** As long as GitHub can send one again, and a day more. */
const TTL_SECONDS = 8 * 24 * 3600
const KEPT = 50

const record = z.strictObject({
  atMs: z.number(),
  /** `push`, `pull_request.opened`; `reconcile` for what no delivery told of. */
  event: z.string(),
  /** What of the repository it is about: `main`, `#12`. */
  about: z.string(),
  /** What was made of it, and why, in words. */
  decision: z.string(),
})

/** One event of a repository, and what was made of it. */
export type DeliveryRecord = Readonly<z.infer<typeof record>> & { readonly deliveryId: string }

interface Of {
  /** `owner/repository`, in any case. */
  readonly fullName: string
}

/**
 * The last of them are kept; when one is noted again, by a redelivery, the later word counts.
 * KEYS deliveries; ARGV delivery, record, how many are kept, seconds
 */
const noteScript = `
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('EXPIRE', KEYS[1], ARGV[4])
  if redis.call('HLEN', KEYS[1]) <= tonumber(ARGV[3]) then return 1 end
  local all = redis.call('HGETALL', KEYS[1])
  local oldest, at
  for i = 1, #all, 2 do
    local ms = cjson.decode(all[i + 1]).atMs
    if not at or ms < at then oldest, at = all[i], ms end
  end
  redis.call('HDEL', KEYS[1], oldest)
  return 1`

/** KEYS deliveries; ARGV delivery, decision */
const decideScript = `
  local text = redis.call('HGET', KEYS[1], ARGV[1])
  if not text then return 0 end
  local record = cjson.decode(text)
  record.decision = ARGV[2]
  redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(record))
  return 1`

/** Notes an event of a repository, and what is made of it, for whoever asks why nothing was deployed. */
export async function noteDelivery(
  { redis, keys }: Store,
  { fullName, deliveryId, ...rest }: Of & DeliveryRecord,
): Promise<void> {
  const text = JSON.stringify(record.parse(rest))
  await redis.eval(noteScript, 1, keys.deliveries(fullName.toLowerCase()), deliveryId, text, KEPT, TTL_SECONDS)
}

/** Notes what became of an event that was noted before. */
export async function noteDecision(
  { redis, keys }: Store,
  of: Of & { readonly deliveryId: string; readonly decision: string },
): Promise<void> {
  await redis.eval(decideScript, 1, keys.deliveries(of.fullName.toLowerCase()), of.deliveryId, of.decision)
}

/** The last events of a repository, the newest first. */
export async function readDeliveries({ redis, keys }: Store, fullName: string): Promise<DeliveryRecord[]> {
  const fields = await redis.hgetall(keys.deliveries(fullName.toLowerCase()))
  return Object.entries(fields)
    .flatMap(([deliveryId, text]) => {
      const parsed = record.safeParse(JSON.parse(text))
      return parsed.success ? [{ deliveryId, ...parsed.data }] : []
    })
    .toSorted((a, b) => b.atMs - a.atMs)
}
