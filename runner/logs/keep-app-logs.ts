import { setTimeout as delay } from 'node:timers/promises'
import { pruneAppLogs } from '../../contract/store/logs/app-logs.ts'
import type { Runner } from '../runner.ts'

const EVERY_MS = 3600_000

/** Once in a while takes away logs that belong to no deployment any more, until the signal aborts. */
export async function keepAppLogs({ store, log }: Pick<Runner, 'store' | 'log'>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pruneAppLogs(store).catch((error: unknown) => log.warn({ err: error }, 'old logs could not be removed'))
    // Aborted, the loop ends.
    await delay(EVERY_MS, undefined, { signal }).catch(() => {})
  }
}
