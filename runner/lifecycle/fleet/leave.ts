import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { FleetOptions } from './actions.ts'
import { announce } from './sandboxes.ts'
import type { Member } from './member.ts'

interface LeaveOptions extends Pick<FleetOptions, 'actions' | 'metrics' | 'onProblem'> {
  /** Aborted when the engine goes down: what they have begun goes on, and the next engine ends them. */
  readonly down: AbortSignal
  /** Called when one has ended, or could not be. */
  onLeft(member: Member): void
}

/**
 * Takes a sandbox out of those that gateways are told of, lets it finish what it has, in the background, and ends it.
 *
 * @returns what resolves when it has ended.
 */
export function leave(options: LeaveOptions, member: Member, sandbox: Sandbox): Promise<void> {
  if (member.sandboxes.includes(sandbox)) {
    member.sandboxes = member.sandboxes.filter((one) => one !== sandbox)
    announce(options, member)
  }
  const stop = new AbortController()
  const ended = end(options, { member, sandbox, stop: stop.signal })
  member.leaving.set(sandbox, { stop, ended })
  return ended
}

interface End {
  readonly member: Member
  readonly sandbox: Sandbox
  readonly stop: AbortSignal
}

async function end(options: LeaveOptions, { member, sandbox, stop }: End): Promise<void> {
  const { actions, metrics, down } = options
  const either = AbortSignal.any([stop, down])
  const problem = (message: string) => (error: unknown) =>
    options.onProblem(message, { deploymentId: member.id, error })
  await actions.retire(sandbox).catch(problem('that a sandbox is on its way out could not be noted'))
  if (!either.aborted) await actions.drain(sandbox, either)
  if (!either.aborted) await actions.quiet(sandbox, either)
  if (down.aborted) return
  // From here on its end is ours, and not news.
  const isOurs = member.leaving.delete(sandbox)
  if (isOurs) {
    metrics.state({ from: 'hot', to: 'cold' })
    member.debris.push(sandbox)
    try {
      await actions.destroy(sandbox, 'grace')
      member.debris = member.debris.filter((one) => one !== sandbox)
    } catch (error) {
      problem('a sandbox could not be ended; it is tried again')(error)
    }
  }
  options.onLeft(member)
}
