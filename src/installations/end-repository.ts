import { nextSequence } from '../../contract/store/deployments.ts'
import { microsOfRepository, previewsOfRepository } from '../../contract/store/micros.ts'
import { forgetRepository, readRepository } from '../../contract/store/repository/known.ts'
import { endTargets } from '../deploy/end-targets.ts'
import { RECONCILE } from '../events/delivery-ids.ts'
import type { ReconcileDeps } from '../reconcile/deps.ts'

/**
 * Ends all that a repository has here, because it is ours no more: its micros and previews stop, their hosts and names are free at once,
 * what is built of them is cancelled, and its secrets are gone. May run twice.
 *
 * @returns how many micros and previews it had.
 */
export async function endRepository(
  of: { readonly repositoryId: number; readonly installationId: number },
  deps: Pick<ReconcileDeps, 'store' | 'queues' | 'log' | 'patience'>,
): Promise<number> {
  const { store, log } = deps
  const { repositoryId } = of
  const keys = [
    ...(await previewsOfRepository(store, repositoryId)),
    ...(await microsOfRepository(store, repositoryId)),
  ]
  // Newer than every event that was accepted before: nothing of them goes live any more.
  const sequence = await nextSequence(store)
  await endTargets(keys, { sequence }, deps)
  // When it comes back all of it is deployed at once.
  deps.patience.forget(`${RECONCILE}${repositoryId}-`)
  const known = await readRepository(store, repositoryId)
  await forgetRepository(store, { repositoryId, installationId: known?.installationId ?? of.installationId, sequence })
  log.info(
    { repositoryId, targets: keys.length },
    'a repository is ours no more: its micros have ended, its secrets are gone',
  )
  return keys.length
}
