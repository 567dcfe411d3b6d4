import { say } from '../../setup/say.ts'
import { findStandings } from '../find-micros.ts'
import { showUsage } from '../show-usage.ts'
import { parseOnlyTarget, targetText } from '../target.ts'
import { withQueues } from '../with-queues.ts'
import { askBot } from './ask-bot.ts'

const usage = `usage: micropush resume <owner>/<repo>[/<micro>]
Ends what micropush rollback began: what the branch shows goes live, and new commits are deployed again. Without <micro>: every micro of the
repository that was rolled back.`

/** `micropush resume …`; gives the exit code, 1 when one of the micros does not serve its branch's commit. */
export async function resume(args: readonly string[], signal: AbortSignal): Promise<number> {
  const code = showUsage(args, usage)
  if (code !== undefined) return code
  const target = parseOnlyTarget(args)
  return withQueues(async ({ store, queues }) => {
    const standings = await findStandings(store, target)
    const paused = standings.flatMap(({ pause, newest, live }) => (pause === undefined ? [] : (newest ?? live ?? [])))
    if (paused.length === 0) {
      say(`${targetText(target)} was not rolled back; there is nothing to resume.`)
      return 0
    }
    return askBot({ store, queues, signal }, { name: 'resume', of: paused })
  })
}
