import type { Runner } from '../runner.ts'
import { removeArtifacts } from './remove-artifacts.ts'

/** What ends often need not be looked at each time: artifacts stay for an hour at least. */
const PAUSE_MS = 10 * 60_000

/**
 * The step after deployments were ended: gives back the disk that nobody needs any more. To be called as often as one likes; it
 * works once at a time and with pauses, and its failure is told and stops nothing.
 */
export function createHousekeeping(): (runner: Runner) => Promise<void> {
  let notBeforeMs = 0
  return async (runner) => {
    const nowMs = Date.now()
    if (nowMs < notBeforeMs) return
    notBeforeMs = nowMs + PAUSE_MS
    try {
      const removed = await removeArtifacts({ dataDir: runner.dataDir, store: runner.store, nowMs })
      if (removed > 0) runner.log.info({ removed }, 'artifacts that nobody needs were removed')
    } catch (error) {
      runner.log.warn({ err: error }, 'artifacts could not be removed')
    }
  }
}
