import { findStandings } from '../find-micros.ts'
import { showUsage } from '../show-usage.ts'
import { parseOnlyTarget } from '../target.ts'
import { withQueues } from '../with-queues.ts'
import { askBot } from './ask-bot.ts'

const usage = `usage: micropush redeploy <owner>/<repo>[/<micro>]
Builds the newest commit again, from nothing: dependencies are installed anew, and build runs anew. Without <micro>: every micro of the
repository.`

/** `micropush redeploy …`; gives the exit code, 1 when one of the micros did not go live. */
export async function redeploy(args: readonly string[], signal: AbortSignal): Promise<number> {
  const code = showUsage(args, usage)
  if (code !== undefined) return code
  const target = parseOnlyTarget(args)
  return withQueues(async ({ store, queues }) => {
    const standings = await findStandings(store, target)
    return askBot({ store, queues, signal }, { name: 'redeploy', of: standings.flatMap(({ newest }) => newest ?? []) })
  })
}
