import type { PreviewEnd } from '../../contract/deployment.ts'
import type { Queues } from '../../contract/queue.ts'
import type { Store } from '../../contract/store/connect.ts'
import { endTarget } from '../../contract/store/micros.ts'
import type { Log } from '../log.ts'
import { settleEnded } from './settle-ended.ts'

interface AsOf {
  /** The trigger's. */
  readonly sequence: number
  /** Of previews that could have gone on. */
  readonly end?: PreviewEnd
}

/**
 * Ends micros or previews, by their keys, as of a trigger; their hosts are free at once, the runner gives back the rest. May run twice.
 */
export async function endTargets(
  keys: readonly string[],
  asOf: AsOf,
  deps: { readonly store: Store; readonly queues: Queues; readonly log: Log },
): Promise<void> {
  for (const key of keys) {
    const touched = await endTarget(deps.store, { targetKey: key, ...asOf })
    await settleEnded(touched, deps)
    deps.log.info({ target: key, deployments: touched, why: asOf.end?.why }, 'ended')
  }
}
