import { asMicropushError } from '../../../contract/errors.ts'
import type { WakeKind } from '../../gateway/protocol.ts'
import type { EvictReason } from '../../metrics/metrics.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { FleetOptions, Grace } from './actions.ts'
import { assertNotPaused, noteCrash } from './crashes.ts'
import { clearTimer, clearTimers, moveTo, msIn, setTimer, type Member } from './member.ts'
import { announce, clearDebris, join } from './sandboxes.ts'
import type { Turns } from './turns.ts'

/** The steps between hot, frozen and cold; each is made in the member's turn. */
export interface Ladder {
  /** Makes it hot, if it is not. One start serves all that wait. */
  heat(member: Member): Promise<WakeKind>
  /** Freezes its only sandbox, which has settled. */
  freeze(member: Member): Promise<void>
  /** Lets go of a frozen sandbox, unless somebody wants it before the last gateway has turned away from it. */
  evict(member: Member, why: EvictReason): Promise<void>
  /** Ends all its sandboxes. Those whose end fails stay known, so that the next operation ends them before anything else. */
  chill(member: Member, grace?: Grace): Promise<void>
  /** Begins, or begins anew, the time after which a frozen one is let go. */
  awaitCold(member: Member): void
}

export function createLadder(options: FleetOptions, turns: Turns): Ladder {
  const { actions } = options

  const chill = async (member: Member, grace: Grace = 'grace'): Promise<void> => {
    clearTimers(member)
    const ended = member.sandboxes
    member.debris.push(...ended)
    member.sandboxes = []
    for (const _ of ended) options.metrics.state({ from: member.temperature, to: 'cold', ms: msIn(member) })
    moveTo(member, 'cold')
    if (ended.length > 0) announce(options, member)
    await clearDebris(options, member, grace)
  }
  const thaw = async (member: Member, sandbox: Sandbox): Promise<boolean> => {
    try {
      const thawed = actions.thaw(sandbox)
      if (thawed !== undefined) await thawed
    } catch (error) {
      const words = 'a frozen sandbox could not be thawed and is started anew'
      options.onProblem(words, { deploymentId: member.id, error })
      await chill(member)
      return false
    }
    options.metrics.state({ from: 'frozen', to: 'hot', ms: msIn(member) })
    moveTo(member, 'hot')
    return true
  }
  const start = async (member: Member): Promise<WakeKind> => {
    await clearDebris(options, member)
    assertNotPaused(member)
    options.onStart?.()
    try {
      const sandbox = await actions.start(member.id)
      join(options, member, sandbox)
      return sandbox.startedBy
    } catch (error) {
      if (asMicropushError(error).fault === 'user') noteCrash(member)
      throw error
    }
  }
  const evict = async (member: Member, why: EvictReason): Promise<void> => {
    const [sandbox] = member.sandboxes
    if (sandbox === undefined || member.temperature !== 'frozen') return
    clearTimer(member, 'cold')
    // A request may be on its way into the socket already, ahead of its wake: it is answered before the sandbox is ended.
    member.sandboxes = []
    announce(options, member)
    const isUnwanted = await turns.giveWay(member, (signal) => actions.drain(sandbox, signal))
    member.sandboxes = [sandbox]
    if (isUnwanted) {
      options.metrics.evicted(why)
      return chill(member)
    }
    announce(options, member)
    awaitCold(member)
  }
  const awaitCold = (member: Member): void => {
    if (member.temperature !== 'frozen') return
    const leftMs = Math.max(0, member.sinceMs + options.policy(member.id).coldMs - Date.now())
    const due = () => {
      turns
        .inTurn(member.id, (then) => evict(then, 'time'))
        .catch((error: unknown) =>
          options.onProblem('a sandbox could not be let go', { deploymentId: member.id, error }),
        )
    }
    setTimer(member, 'cold', { ms: leftMs, due })
  }
  return {
    async heat(member) {
      clearTimer(member, 'cold')
      clearTimer(member, 'sleep')
      const [first] = member.sandboxes
      if (first !== undefined && member.temperature === 'hot') return 'hot'
      if (first !== undefined && (await thaw(member, first))) return 'frozen'
      return start(member)
    },
    async freeze(member) {
      const [only] = member.sandboxes
      if (only === undefined) return
      await actions.freeze(only)
      member.loads.clear()
      clearTimers(member)
      options.metrics.state({ from: 'hot', to: 'frozen', ms: msIn(member) })
      moveTo(member, 'frozen')
      awaitCold(member)
    },
    evict,
    chill,
    awaitCold,
  }
}
