import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { FleetOptions, Grace } from './actions.ts'
import { moveTo, type Member } from './member.ts'

/** Adds a sandbox that runs, and tells of it. */
export function join(options: FleetOptions, member: Member, sandbox: Sandbox): void {
  options.metrics.state({ from: 'cold', to: 'hot' })
  member.sandboxes.push(sandbox)
  if (member.temperature !== 'hot') moveTo(member, 'hot')
  announce(options, member)
}

export function announce({ actions }: Pick<FleetOptions, 'actions'>, { id, sandboxes }: Member): void {
  actions.announce(
    id,
    sandboxes.map(({ socket }) => socket),
  )
}

/** Ends what is to be ended still. @throws the first error; what it could not end stays. */
export async function clearDebris(
  { actions }: Pick<FleetOptions, 'actions'>,
  member: Member,
  grace: Grace = 'grace',
): Promise<void> {
  const ends = await Promise.allSettled(
    member.debris.map(async (sandbox) => {
      await actions.destroy(sandbox, grace)
      member.debris = member.debris.filter((one) => one !== sandbox)
    }),
  )
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
