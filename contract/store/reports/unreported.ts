import type { Store } from '../connect.ts'
import { readTold, tell } from './told.ts'

const PAGE = 500
/** Field of what was told. */
const SEEN = 'seen'

interface Stage {
  readonly state: string
  readonly stateSinceMs: number
}

/** Notes that the jobs which tell GitHub of a deployment as it stands are in the queue. */
export async function markReported(store: Store, { id, ...stage }: Stage & { readonly id: string }): Promise<void> {
  await tell(store, { deploymentId: id, field: SEEN, value: mark(stage) })
}

/**
 * Deployments that have stood as they do for a while without anybody having put a report into the queue: whoever changed them died
 * right after.
 *
 * @param within since when they have stood so, in ms since 1970: neither what is on its way, nor what nobody asks for any more.
 */
export async function unreportedDeployments(
  store: Store,
  within: { readonly fromMs: number; readonly toMs: number },
): Promise<string[]> {
  const { redis, keys } = store
  const found: string[] = []
  const prefix = keys.deployment('')
  for await (const page of redis.scanStream({ match: `${prefix}*`, count: PAGE }) as AsyncIterable<string[]>) {
    for (const key of page) {
      const id = key.slice(prefix.length)
      const [state, since] = await redis.hmget(key, 'state', 'since')
      const stateSinceMs = Number(since)
      if (!state || stateSinceMs < within.fromMs || stateSinceMs > within.toMs) continue
      if ((await readTold(store, id))[SEEN] !== mark({ state, stateSinceMs })) found.push(id)
    }
  }
  return found
}

function mark({ state, stateSinceMs }: Stage): string {
  return `${state} ${stateSinceMs}`
}
