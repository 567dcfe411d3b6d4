import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { FleetOptions } from './actions.ts'
import { clearTimers, moveTo, type Member } from './member.ts'
import { join } from './sandboxes.ts'

/** What served before. */
export interface Replaced {
  readonly former: readonly Sandbox[]
  /** Resolves when they have finished what they had begun, and have ended. */
  readonly ended: Promise<unknown>
}

interface Replacement {
  readonly member: Member
  readonly sandbox: Sandbox
  readonly mayStill: () => Promise<boolean>
}

interface ReplaceOptions {
  readonly fleet: FleetOptions
  readonly leave: (member: Member, sandbox: Sandbox) => Promise<void>
}

/** Puts a started sandbox into the place of a member's own, as one of its operations. */
export async function replaceSandboxes(
  { fleet, leave }: ReplaceOptions,
  { member, sandbox, mayStill }: Replacement,
): Promise<Replaced | undefined> {
  if (!(await mayStill())) {
    await fleet.actions.destroy(sandbox, 'none')
    return undefined
  }
  const former = member.sandboxes
  const runs = await thawFormer(fleet, member)
  clearTimers(member)
  Object.assign(member, { sandboxes: [], crashes: 0, notBeforeMs: 0 } satisfies Partial<Member>)
  join(fleet, member, sandbox)
  const ended = Promise.all(former.map((one) => leave(member, one)))
  // Nothing is finished in one that stands still for good.
  if (!runs) for (const one of former) member.leaving.get(one)?.stop.abort()
  return { former, ended }
}

/** A request may be on its way into a frozen socket already, ahead of its wake: there it is answered. @returns false when it cannot be. */
async function thawFormer({ actions, metrics, onProblem }: FleetOptions, member: Member): Promise<boolean> {
  const [frozen] = member.sandboxes
  if (member.temperature !== 'frozen' || frozen === undefined) return true
  try {
    await actions.thaw(frozen)
    metrics.state({ from: 'frozen', to: 'hot' })
    moveTo(member, 'hot')
    return true
  } catch (error) {
    onProblem('a frozen sandbox could not be thawed for its last requests', { deploymentId: member.id, error })
    return false
  }
}
