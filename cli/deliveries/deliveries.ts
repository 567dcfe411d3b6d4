import { readDeliveries } from '../../contract/store/repository/deliveries.ts'
import { cleanLine } from '../../contract/text/clean-text.ts'
import { say } from '../../setup/say.ts'
import { formatTable } from '../format-table.ts'
import { showUsage } from '../show-usage.ts'
import { parseOnlyTarget } from '../target.ts'
import { withStore } from '../with-store.ts'

const usage = `usage: micropush deliveries <owner>/<repo>
The last 50 events that GitHub told of a repository within 8 days, the newest first, and what was made of each.`

/** `micropush deliveries …`; gives the exit code. */
export async function deliveries(args: readonly string[]): Promise<number> {
  const code = showUsage(args, usage)
  if (code !== undefined) return code
  const { fullName } = parseOnlyTarget(args)
  return withStore(async (store) => {
    const found = await readDeliveries(store, fullName)
    if (found.length === 0) {
      say(`Nothing came from GitHub for ${fullName} within 8 days. Is the App installed there?`)
      return 0
    }
    const rows = found.map(({ atMs, event, about, decision, deliveryId }) => [
      new Date(atMs).toISOString().replace('T', ' ').slice(0, 19),
      event,
      cleanLine(about),
      cleanLine(decision),
      deliveryId.slice(0, 36),
    ])
    for (const line of formatTable([['when (UTC)', 'event', 'of', 'what was made of it', 'delivery'], ...rows]))
      say(line)
    return 0
  })
}
