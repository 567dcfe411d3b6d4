import { setTimeout as wait } from 'node:timers/promises'
import type { Worker } from 'bullmq'
import type { Redis } from 'ioredis'

/** How often is looked for jobs whose worker has died. */
const CHECK_MS = 3000

/**
 * What a worker is to be given, so that `watchStalled` does what it would do. A job whose worker was killed is taken up again some 10 s later. Ten
 * seconds is the longest that BullMQ waits for a job at a time, and a new one ends that wait.
 */
export const stalledOptions = {
  skipStalledCheck: true,
  lockDuration: 10_000,
  // BullMQ keeps to it even when it is asked more often; so it has to be less than our pause.
  stalledInterval: CHECK_MS - 500,
  drainDelay: 10,
} as const

interface StalledOptions {
  readonly redis: Redis
  readonly workers: readonly Worker[]
  readonly signal: AbortSignal
  /** For tests; as often as the options of the workers suppose when absent. */
  readonly everyMs?: number
  readonly onStalled?: (jobId: string) => void
  /** Told of a failed look; the next one comes all the same. */
  readonly onError: (error: unknown) => void
}

/**
 * Lets jobs whose worker has died be begun again, for all queues of a process, until the signal. BullMQ's own check costs each queue a script that writes, every few
 * seconds, and most of what a process does at rest: this one asks a single question while nothing is worked on.
 */
export async function watchStalled(options: StalledOptions): Promise<void> {
  const { redis, workers, signal, everyMs = CHECK_MS, onStalled, onError } = options
  while (!signal.aborted) {
    await look(redis, workers)
      .then((ids) => ids.forEach((id) => onStalled?.(id)))
      .catch(onError)
    // Rejects only by the signal, which ends the loop.
    await wait(everyMs, undefined, { signal }).catch(() => {})
  }
}

async function look(redis: Redis, workers: readonly Worker[]): Promise<string[]> {
  // A list that is empty does not exist.
  if ((await redis.exists(workers.map((worker) => worker.toKey('active')))) === 0) return []
  return (await Promise.all(workers.map(({ backend }) => backend.moveStalledJobsToWait()))).flat()
}
