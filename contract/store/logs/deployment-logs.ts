import { platformLimits } from '../../limits.ts'
import type { Store } from '../connect.ts'

const LOG_TTL_SECONDS = 30 * 24 * 3600

/** KEYS log; ARGV text, byte limit, ttl seconds */
const appendScript = `
  local room = tonumber(ARGV[2]) - redis.call('STRLEN', KEYS[1])
  if room <= 0 then return 0 end
  redis.call('APPEND', KEYS[1], string.sub(ARGV[1], 1, room))
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  return 1`

/** Adds to a deployment's log; what is past the byte limit is dropped. */
export async function appendLog(
  { redis, keys }: Store,
  entry: { readonly id: string; readonly text: string },
): Promise<void> {
  if (entry.text === '') return
  await redis.eval(appendScript, 1, keys.log(entry.id), entry.text, platformLimits.logBytes, LOG_TTL_SECONDS)
}

/** A deployment's log so far. */
export async function readLog({ redis, keys }: Store, id: string): Promise<string> {
  return (await redis.get(keys.log(id))) ?? ''
}

interface Part {
  readonly id: string
  readonly fromByte: number
  readonly mostBytes: number
}

/** Some of a deployment's log from a place on; a character may be cut at either end. */
export async function readLogBytes({ redis, keys }: Store, { id, fromByte, mostBytes }: Part): Promise<Buffer> {
  return redis.getrangeBuffer(keys.log(id), fromByte, fromByte + mostBytes - 1)
}
