import { microStanding } from '../../contract/store/micros.ts'
import { askBot } from '../ask-bot.ts'
import { findMicros } from '../find-micros.ts'
import { parseOnlyTarget } from '../target.ts'
import { withQueues } from '../with-queues.ts'

const usage = `usage: micropush redeploy <owner>/<repo>[/<micro>]
Builds the newest commit again, from nothing: dependencies are installed anew, and build runs anew. Without <micro>: every micro of the
repository.`

/** `micropush redeploy …`; gives the exit code, 1 when one of the micros did not go live. */
export async function redeploy(args: readonly string[], signal: AbortSignal): Promise<number> {
  const [first] = args
  if (first === undefined || first === '--help') {
    console.error(usage)
    return first === undefined ? 2 : 0
  }
  const target = parseOnlyTarget(args)
  return withQueues(async ({ store, queues }) => {
    const keys = await findMicros(store, target)
    const standings = await Promise.all(keys.map((key) => microStanding(store, key)))
    const wanted = standings.flatMap(({ newest }) => newest ?? [])
    const ends = await Promise.all(wanted.map((of) => askBot({ store, queues, signal }, { name: 'redeploy', of })))
    return ends.every(Boolean) ? 0 : 1
  })
}
