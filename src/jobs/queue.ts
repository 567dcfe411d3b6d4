import { DelayedError, Worker, type Job } from 'bullmq'
import type { Redis } from 'ioredis'
import type { z } from 'zod'
import { stalledOptions } from '../../contract/jobs/stalled.ts'
import { queuePrefix } from '../../contract/queue.ts'
import { classifyFailure } from '../github/classify-failure.ts'
import type { Log } from '../log.ts'

/** How a job ended, when it did not throw. */
export type JobResult =
  | { readonly kind: 'done'; readonly what: string }
  /** Put back, and tried again after a while without counting as a failed attempt. */
  | { readonly kind: 'later'; readonly afterMs: number; readonly why: string }

export interface WorkerOptions<Data> {
  readonly name: string
  /** From `openWorkerConnection`; closed by whoever opened it. */
  readonly connection: Redis
  readonly redisPrefix: string
  readonly concurrency: number
  readonly schema: z.ZodType<Data>
  /** @param id the job's, the same each time it is tried. */
  readonly handle: (data: Data, id: string) => Promise<JobResult>
  /** Hears after each try how it went, for people's eyes. */
  readonly note?: (data: Data, result: JobResult) => Promise<unknown>
  /** A job that is put back again and again is given up at this age. */
  readonly longestMs: number
  readonly log: Log
}

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 5 * 60_000

/**
 * Works on one of our queues until it is closed; closing waits for the jobs in hand. Whoever starts it looks for jobs of workers that died
 * (`watchStalled`). What GitHub refuses for good ends a job, what it
 * asks to wait for is waited for, and everything else is tried again by BullMQ with a growing wait.
 */
export function startWorker<Data>(options: WorkerOptions<Data>): Worker {
  const worker = new Worker(options.name, (job, token) => work(options, { job, token }), {
    connection: options.connection,
    prefix: queuePrefix(options.redisPrefix),
    concurrency: options.concurrency,
    // A bot that was killed twice during one job has done nothing wrong; the job is short and may run again.
    maxStalledCount: 5,
    ...stalledOptions,
    settings: { backoffStrategy: backOff },
  })
  worker.on('error', (error) => options.log.warn({ err: error, queue: options.name }, 'the queue cannot be reached'))
  worker.on('failed', (job, error) => {
    const data = { err: error, queue: options.name, job: job?.id, attempt: job?.attemptsMade }
    const last = job === undefined || job.finishedOn !== undefined
    if (last) options.log.error(data, 'job given up')
    else options.log.warn(data, 'job failed and will be tried again')
  })
  return worker
}

/** Doubling from one second to five minutes, with up to a fifth of jitter so that failed jobs do not come back together. */
export function backOff(attempt: number): number {
  const wait = Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS)
  return Math.round(wait * (1 - Math.random() * 0.2))
}

interface Work {
  readonly job: Job
  readonly token: string | undefined
}

async function work<Data>(options: WorkerOptions<Data>, { job, token }: Work): Promise<string> {
  const { log, name } = options
  const parsed = options.schema.safeParse(job.data)
  if (!parsed.success) {
    log.error({ queue: name, job: job.id, issues: parsed.error.issues }, 'job of an unknown form dropped')
    return 'of an unknown form'
  }
  const result = await settle(options, parsed.data, job.id ?? '')
  await options.note?.(parsed.data, result)
  if (result.kind === 'done') {
    log.debug({ queue: name, job: job.id, what: result.what }, 'job done')
    return result.what
  }
  if (Date.now() - job.timestamp > options.longestMs) {
    log.error({ queue: name, job: job.id, why: result.why }, 'job given up for its age')
    return `given up: ${result.why}`
  }
  await job.moveToDelayed(Date.now() + result.afterMs, token)
  throw new DelayedError()
}

async function settle<Data>(options: WorkerOptions<Data>, data: Data, id: string): Promise<JobResult> {
  try {
    return await options.handle(data, id)
  } catch (error) {
    const failure = classifyFailure(error, Date.now())
    if (failure.kind === 'final') {
      options.log.warn({ err: error, queue: options.name }, 'GitHub refuses this for good')
      return { kind: 'done', what: `refused with ${failure.status}` }
    }
    if (failure.afterMs === undefined) {
      await options.note?.(data, { kind: 'later', afterMs: 0, why: 'it failed, and is tried again' })
      throw error
    }
    return { kind: 'later', afterMs: failure.afterMs, why: 'GitHub asks to wait' }
  }
}
