import type { PreviewEnd } from '../../contract/deployment.ts'
import { endTarget } from '../../contract/store/micros.ts'
import type { Deps } from '../deps.ts'
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
  deps: Pick<Deps, 'store' | 'queues' | 'log'>,
): Promise<void> {
  for (const key of keys) {
    const touched = await endTarget(deps.store, { targetKey: key, ...asOf })
    await settleEnded(touched, deps)
    deps.log.info({ target: key, deployments: touched, why: asOf.end?.why }, 'ended')
  }
}
