import type { Store } from '../connect.ts'
import { tell } from './told.ts'

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
    const stages = await readAll(
      store,
      page.map((key) => ['hmget', key, 'state', 'since']),
    )
    const due = page.flatMap((key, at) => {
      const [state, since] = stages[at] as readonly (string | null)[]
      const stateSinceMs = Number(since)
      if (!state || stateSinceMs < within.fromMs || stateSinceMs > within.toMs) return []
      return [{ id: key.slice(prefix.length), mark: mark({ state, stateSinceMs }) }]
    })
    const seen = await readAll(
      store,
      due.map(({ id }) => ['hget', keys.told(id), SEEN]),
    )
    found.push(...due.filter((one, at) => seen[at] !== one.mark).map(({ id }) => id))
  }
  return found
}

/** All in one round trip: there may be ten thousand deployments, and this is done each minute whether anything happens or not. */
async function readAll({ redis }: Store, commands: string[][]): Promise<readonly unknown[]> {
  if (commands.length === 0) return []
  const replies = (await redis.pipeline(commands).exec()) ?? []
  return replies.map(([error, reply]) => {
    if (error !== null) throw error
    return reply
  })
}

function mark({ state, stateSinceMs }: Stage): string {
  return `${state} ${stateSinceMs}`
}
