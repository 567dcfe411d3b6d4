import { reportDeployment } from '../../contract/queue.ts'
import { unreportedDeployments } from '../../contract/store/reports/unreported.ts'
import type { ReportDeps } from './deps.ts'

/** What is younger is on its way; of what is older nobody waits for word, and GitHub may not even have the commit any more. */
const YOUNGEST_MS = 60_000
const OLDEST_MS = 3 * 24 * 3600_000

/**
 * Puts a report into the queue for every deployment that has stood as it does for a while without one: whoever changed it died between the
 * change and the report, or the queue lost it.
 */
export async function reportMissed({
  store,
  queues,
  log,
  now,
}: Pick<ReportDeps, 'store' | 'queues' | 'log' | 'now'>): Promise<void> {
  const within = { fromMs: now() - OLDEST_MS, toMs: now() - YOUNGEST_MS }
  for (const deploymentId of await unreportedDeployments(store, within)) {
    log.warn({ deployment: deploymentId }, 'lost report restored')
    await reportDeployment(queues, deploymentId)
  }
}
