import { z } from 'zod'
import { notOf } from './payload.ts'
import { ignore, type Delivery, type Read } from './read.ts'

/** Of longer lists the installation itself is asked. */
const READ_NUMBERS = 500

const repositories = z.array(z.object({ id: z.number().int() })).default([])

/**
 * The part of GitHub's `installation`, `installation_repositories` and `installation_target` events that is read: which installation, and no
 * more. How it stands is asked for when its turn comes.
 */
const installationEvent = z.object({
  action: z.string().max(100),
  installation: z.object({ id: z.number().int() }),
  repositories_added: repositories,
  repositories_removed: repositories,
})

/** What a delivery about an installation of the App asks for: a look at it. Never throws. */
export function readInstallation({ deliveryId, payload, receivedAtMs }: Delivery): Read {
  const parsed = installationEvent.safeParse(payload)
  if (!parsed.success) return ignore(notOf('installation', parsed.error))
  const { action, installation, repositories_added: added, repositories_removed: removed } = parsed.data
  const told = toldBy(action)
  return {
    queue: 'lifecycle',
    job: {
      kind: 'installation',
      deliveryId,
      installationId: installation.id,
      ...(told === undefined ? {} : { told }),
      ...(added.length === 0 ? {} : { added: numbersOf(added) }),
      ...(removed.length === 0 ? {} : { removed: numbersOf(removed) }),
      receivedAtMs,
    },
  }
}

function toldBy(action: string): 'there' | 'gone' | undefined {
  if (action === 'deleted' || action === 'suspend') return 'gone'
  return action === 'created' || action === 'unsuspend' ? 'there' : undefined
}

function numbersOf(listed: readonly { readonly id: number }[]): number[] {
  return listed.slice(0, READ_NUMBERS).map(({ id }) => id)
}
