import type { Store } from '../connect.ts'
import { tell } from './told.ts'

/** Field of what was told. */
const SEEN = 'seen'

interface Stage {
  readonly state: string
  readonly stateSinceMs: number
}

/**
 * One that has moved on meanwhile stays in the set: that is not reported yet.
 * KEYS deployment, unreported; ARGV id, state, since
 */
const reportedScript = `
  local found = redis.call('HMGET', KEYS[1], 'state', 'since')
  if found[1] and (found[1] ~= ARGV[2] or found[2] ~= ARGV[3]) then return 0 end
  return redis.call('ZREM', KEYS[2], ARGV[1])`

/** Notes that the jobs which tell GitHub of a deployment as it stands are in the queue. */
export async function markReported(store: Store, { id, ...stage }: Stage & { readonly id: string }): Promise<void> {
  await tell(store, { deploymentId: id, field: SEEN, value: mark(stage) })
  await leave(store, id, stage)
}

/**
 * Deployments that have stood as they do for a while without anybody having put a report into the queue: whoever changed them died
 * right after. Whatever changes a deployment's state puts it into the set that is read here, so that this costs nothing while nothing happens.
 *
 * @param within since when they have stood so, in ms since 1970: neither what is on its way, nor what nobody asks for any more.
 */
export async function unreportedDeployments(
  store: Store,
  within: { readonly fromMs: number; readonly toMs: number },
): Promise<string[]> {
  const { redis, keys } = store
  await redis.zremrangebyscore(keys.unreported, '-inf', `(${within.fromMs}`)
  const unreported: string[] = []
  for (const id of await redis.zrangebyscore(keys.unreported, within.fromMs, within.toMs)) {
    const [state, since] = await redis.hmget(keys.deployment(id), 'state', 'since')
    const stage = { state: state ?? '', stateSinceMs: Number(since) }
    const isGone = !state
    // Whoever noted that it is reported may have died before it was taken out.
    if (isGone || (await redis.hget(keys.told(id), SEEN)) === mark(stage)) await leave(store, id, stage)
    else unreported.push(id)
  }
  return unreported
}

async function leave({ redis, keys }: Store, id: string, { state, stateSinceMs }: Stage): Promise<void> {
  await redis.eval(reportedScript, 2, keys.deployment(id), keys.unreported, id, state, stateSinceMs)
}

function mark({ state, stateSinceMs }: Stage): string {
  return `${state} ${stateSinceMs}`
}
