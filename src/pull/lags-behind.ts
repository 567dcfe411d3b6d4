import type { PullJob } from '../../contract/jobs/events.ts'
import { LAG_MS } from '../github/lag.ts'
import type { Pull } from './fetch-pull.ts'

/**
 * Whether GitHub's API does not show yet what its event told of a pull request. An event that came late, and shows less than the API, is no
 * reason to wait.
 */
export function lagsBehind(
  { told, receivedAtMs }: Pick<PullJob, 'told' | 'receivedAtMs'>,
  pull: Pull | undefined,
  nowMs: number,
): boolean {
  if (told === undefined || nowMs - receivedAtMs >= LAG_MS) return false
  if (pull === undefined) return true
  if (pull.updatedAtMs !== told.updatedAtMs) return pull.updatedAtMs < told.updatedAtMs
  // GitHub's times are whole seconds, in which more than one thing may happen.
  return pull.head.sha !== told.sha || pull.open !== told.open
}
