import type { KnownRepository } from '../../contract/store/repository/known.ts'
import { RECONCILE } from '../events/delivery-ids.ts'
import { acceptAgain } from './accept-again.ts'
import type { ReconcileDeps } from './deps.ts'

interface Cause {
  /** The delivery that tells of it; undefined when none does, and it has to be made sure first. */
  readonly toldBy: string | undefined
}

/** Lets a repository be looked at by itself, because GitHub does not list it where it was. @returns whether that is noted. */
export async function lookAgain(
  { repositoryId, installationId, owner, repository }: KnownRepository,
  { toldBy }: Cause,
  deps: ReconcileDeps,
): Promise<boolean> {
  const deliveryId = `${RECONCILE}${repositoryId}-${toldBy ?? 'lost'}`
  const job = { kind: 'repository', deliveryId, installationId, repositoryId, owner, repository } as const
  const told = toldBy === undefined ? {} : { told: 'gone' as const }
  const noted = await acceptAgain({ queue: 'lifecycle', job: { ...job, ...told, receivedAtMs: deps.now() } }, deps)
  if (noted) deps.log.info({ repositoryId, owner, repository }, 'a repository is not where it was')
  return noted
}
