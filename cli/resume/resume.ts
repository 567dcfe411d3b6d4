import { microStanding } from '../../contract/store/micros.ts'
import { say } from '../../setup/say.ts'
import { askBot } from '../ask-bot.ts'
import { findMicros } from '../find-micros.ts'
import { parseOnlyTarget, targetText } from '../target.ts'
import { withQueues } from '../with-queues.ts'

const usage = `usage: micropush resume <owner>/<repo>[/<micro>]
Ends what micropush rollback began: what the branch shows goes live, and new commits are deployed again. Without <micro>: every micro of the
repository that was rolled back.`

/** `micropush resume …`; gives the exit code, 1 when one of the micros does not serve its branch's commit. */
export async function resume(args: readonly string[], signal: AbortSignal): Promise<number> {
  const [first] = args
  if (first === undefined || first === '--help') {
    console.error(usage)
    return first === undefined ? 2 : 0
  }
  const target = parseOnlyTarget(args)
  return withQueues(async ({ store, queues }) => {
    const keys = await findMicros(store, target)
    const standings = await Promise.all(keys.map((key) => microStanding(store, key)))
    const paused = standings.flatMap(({ pause, newest, live }) => (pause === undefined ? [] : (newest ?? live ?? [])))
    if (paused.length === 0) {
      say(`${targetText(target)} was not rolled back; there is nothing to resume.`)
      return 0
    }
    const ends = await Promise.all(paused.map((of) => askBot({ store, queues, signal }, { name: 'resume', of })))
    return ends.every(Boolean) ? 0 : 1
  })
}
