import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { FleetOptions } from './actions.ts'
import { noteCrash } from './crashes.ts'
import { clearTimers, moveTo, msIn, type Member } from './member.ts'
import { announce, clearDebris } from './sandboxes.ts'

interface Loss {
  readonly member: Member
  readonly containerId: string
  /** Called before what is left of it is taken away. */
  readonly onLost: ((sandbox: Sandbox) => void) | undefined
}

/**
 * Takes leave of a sandbox that ended by itself, as one of its member's operations. The deployment's other ones go on.
 *
 * @returns false when it is none of its own any more.
 */
export async function loseSandbox(fleet: FleetOptions, { member, containerId, onLost }: Loss): Promise<boolean> {
  const isIt = (sandbox: Sandbox) => sandbox.containerId === containerId
  for (const [sandbox, { stop }] of member.leaving) {
    if (!isIt(sandbox)) continue
    onLost?.(sandbox)
    stop.abort()
    return true
  }
  const sandbox = member.sandboxes.find(isIt)
  if (sandbox === undefined) return false
  noteCrash(member, sandbox)
  onLost?.(sandbox)
  fleet.metrics.state({ from: member.temperature, to: 'cold', ms: msIn(member) })
  member.sandboxes = member.sandboxes.filter((one) => one !== sandbox)
  member.debris.push(sandbox)
  if (member.sandboxes.length === 0) {
    clearTimers(member)
    moveTo(member, 'cold')
  }
  announce(fleet, member)
  await clearDebris(fleet, member, 'none')
  return true
}
