import { z } from 'zod'
import type { CommandName } from '../../contract/jobs/command.ts'
import { account, installation, isBot, NO_INSTALLATION, notOf, placeOf, repository } from './payload.ts'
import { ignore, overlook, type Delivery, type Read } from './read.ts'

/** The part of GitHub's `check_run` event that is read. `external_id` is what we wrote there. */
const checkEvent = z.object({
  action: z.string().max(100),
  requested_action: z.object({ identifier: z.string().max(100) }).nullish(),
  check_run: z.object({ external_id: z.string().max(100).nullish() }),
  sender: account,
  repository,
  installation,
})

const buttons: ReadonlyMap<string, CommandName> = new Map([
  ['redeploy', 'redeploy'],
  ['rollback', 'rollback'],
  ['resume', 'resume'],
  ['approve', 'approve'],
])

/** What a `check_run` delivery asks for: one of our buttons was pressed, or GitHub's own for another run. Never throws. */
export function readCheck({ deliveryId, payload, receivedAtMs }: Delivery): Read {
  const parsed = checkEvent.safeParse(payload)
  if (!parsed.success) return ignore(notOf('check_run', parsed.error))
  const { action, requested_action: pressed, check_run: run, sender, repository, installation } = parsed.data
  // Ours tell of themselves too, with every deployment.
  if (action !== 'rerequested' && action !== 'requested_action')
    return overlook(`nothing to do when a check run is ${action}`)
  const name = action === 'rerequested' ? 'redeploy' : buttons.get(pressed?.identifier ?? '')
  if (name === undefined) return ignore('another button than ours')
  if (!/^d[0-9a-f]{30}$/.test(run.external_id ?? '')) return ignore('not a check run of a deployment')
  if (isBot(sender)) return ignore('not by a person')
  if (installation === undefined) return ignore(NO_INSTALLATION)
  return {
    queue: 'command',
    job: {
      deliveryId,
      ...placeOf(repository, installation),
      name,
      words: [],
      by: sender.login,
      from: { kind: 'check', deploymentId: run.external_id ?? '' },
      receivedAtMs,
    },
  }
}
