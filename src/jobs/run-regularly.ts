import { setTimeout as wait } from 'node:timers/promises'

/** Up to this share a pause is shorter, so that what is done regularly does not meet for ever. */
const JITTER = 0.1

interface Regular {
  readonly everyMs: number
  readonly signal: AbortSignal
  /** Told of a failed run; the next one comes all the same. */
  readonly onError: (error: unknown) => void
}

/** Runs `work` at once and then with a pause after each run, until the signal; resolves when the run in hand has ended. */
export async function runRegularly(work: () => Promise<void>, { everyMs, signal, onError }: Regular): Promise<void> {
  while (!signal.aborted) {
    await work().catch(onError)
    // Rejects only by the signal, which ends the loop.
    await wait(everyMs * (1 - Math.random() * JITTER), undefined, { signal }).catch(() => {})
  }
}
