import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { FleetOptions } from './actions.ts'
import type { Ladder } from './ladder.ts'
import type { Leases } from './leases.ts'
import { setTimer, type Member } from './member.ts'
import type { Turns } from './turns.ts'

/** One that could not be frozen is tried again after this. */
const TRY_AGAIN_MS = 5000

interface SleepOptions {
  readonly fleet: FleetOptions
  readonly turns: Turns
  readonly leases: Leases
  readonly ladder: Ladder
  readonly leave: (member: Member, sandbox: Sandbox) => Promise<void>
}

/** Whether it runs for nobody. */
export function isDue(fleet: FleetOptions, leases: Leases, { id, temperature }: Member): boolean {
  return temperature === 'hot' && leases.isFree(id) && fleet.policy(id).idleMs !== Infinity
}

/** Takes a member from hot to frozen, as one of its operations: extra sandboxes go, and the first one finishes its work before it is frozen. */
export function createSleep({ fleet, turns, leases, ladder, leave }: SleepOptions): (member: Member) => Promise<void> {
  return async (member) => {
    const [first, ...extras] = member.sandboxes
    if (first === undefined || member.urgent > 0 || !isDue(fleet, leases, member)) return
    if (member.timers.sleep !== undefined) return
    for (const extra of extras) void leave(member, extra)
    const hasSettled = await turns.giveWay(member, (signal) => fleet.actions.quiet(first, signal))
    if (!hasSettled || !isDue(fleet, leases, member)) return
    try {
      await ladder.freeze(member)
    } catch (error) {
      fleet.onProblem('a micro could not be put to sleep', { deploymentId: member.id, error })
      setTimer(member, 'sleep', { ms: TRY_AGAIN_MS, due: () => void turns.inTurn(member.id, async () => {}) })
      fleet.onUnfreezable?.(member.id)
    }
  }
}
