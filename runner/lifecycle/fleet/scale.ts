import { asMicropushError } from '../../../contract/errors.ts'
import type { SleepPolicy } from '../../../contract/sleep.ts'
import type { FleetOptions } from './actions.ts'
import { noteCrash, pauseMs } from './crashes.ts'
import { clearTimer, setTimer, type Member } from './member.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { clearDebris, join } from './sandboxes.ts'
import type { Turns } from './turns.ts'

/** When one that is wanted may not be started now, it is looked again. */
const LOOK_AGAIN_MS = 1000

/** How many sandboxes this many requests in hand are worth. */
export function wantedSandboxes(requests: number, { max, concurrency }: SleepPolicy['scale']): number {
  return Math.min(max, Math.max(1, Math.ceil(requests / concurrency)))
}

interface ScaleOptions {
  readonly fleet: FleetOptions
  readonly turns: Turns
  /** Ends one that is there no longer, once it has finished what it has. */
  readonly leave: (member: Member, sandbox: Sandbox) => Promise<void>
}

/**
 * Gives a hot deployment another sandbox when its load is too much for those it has, one at a time and in the background, and takes the last
 * one away again after a while of less.
 *
 * @returns to be called whenever the load or the sandboxes have changed.
 */
export function createScaler({ fleet, turns, leave }: ScaleOptions): (member: Member) => void {
  const { actions, policy } = fleet
  const wantedBy = (member: Member) => {
    let requests = 0
    for (const load of member.loads.values()) requests += load
    return wantedSandboxes(requests, policy(member.id).scale)
  }
  const look = (member: Member): void => {
    const { scale } = policy(member.id)
    if (member.temperature !== 'hot' || (scale.max === 1 && member.sandboxes.length <= 1)) return
    const missing = wantedBy(member) - member.sandboxes.length
    if (missing >= 0) clearTimer(member, 'scale')
    if (missing > 0 && !member.growing) {
      if (mayGrow(member)) void grow(member)
      else setTimer(member, 'scale', { ms: LOOK_AGAIN_MS, due: () => look(member) })
    }
    if (missing < 0 && member.timers.scale === undefined) {
      setTimer(member, 'scale', { ms: fleet.scaleDownMs, due: () => shrink(member) })
    }
  }
  const mayGrow = (member: Member) =>
    pauseMs(member) === 0 && Date.now() >= member.growNotBeforeMs && fleet.pressure() === 'none'
  const grow = async (member: Member): Promise<void> => {
    member.growing = true
    try {
      const sandbox = await actions.start(member.id)
      await turns.inTurn(member.id, async (then) => {
        if (then.temperature === 'hot' && wantedBy(then) > then.sandboxes.length) join(fleet, then, sandbox)
        else await endUnneeded(then, sandbox)
      })
    } catch (error) {
      member.growNotBeforeMs = Date.now() + LOOK_AGAIN_MS
      if (asMicropushError(error).fault === 'user') noteCrash(member)
      fleet.onProblem('another sandbox could not be had', { deploymentId: member.id, error })
    } finally {
      member.growing = false
      look(member)
    }
  }
  const endUnneeded = async (member: Member, sandbox: Sandbox): Promise<void> => {
    member.debris.push(sandbox)
    await clearDebris(fleet, member)
  }
  const shrink = (member: Member): void => {
    const last = member.sandboxes.at(-1)
    if (last === undefined || member.temperature !== 'hot' || wantedBy(member) >= member.sandboxes.length) return
    void leave(member, last)
    fleet.metrics.evicted('scale')
    look(member)
  }
  return look
}
