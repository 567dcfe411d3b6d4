import { availableParallelism } from 'node:os'
import { DelayedError, UnrecoverableError, Worker, type Job } from 'bullmq'
import { queueNames, workJob } from '../contract/queues.ts'
import { openWorkerConnection } from '../contract/store/connect.ts'
import type { Runner } from './runner.ts'
import { runDestroy, type WorkEnd, runDeploy } from './work.ts'

/** A worker that died is noticed after this long, and its job is begun again. */
const LOCK_MS = 10_000
const STALLED_CHECK_MS = 3000
/** How often one deployment may be begun again because its runner died under it. */
const MAX_STALLED = 3
/** When another deployment of the same micro is being built. */
const BUSY_DELAY_MS = 250

export interface WorkQueue {
  /** Takes no more jobs, tells running ones to stop, and waits for them. */
  close(): Promise<void>
}

/** Begins to take jobs; as many at once as the operator set, or as the machine has cores. */
export function openWorkQueue(runner: Runner): WorkQueue {
  const { settings, log } = runner
  const stop = new AbortController()
  const connection = openWorkerConnection(settings)
  const worker = new Worker(
    queueNames.work,
    async (job, token) => {
      const end = await run(runner, job, stop.signal)
      await follow(end, job, token)
    },
    {
      connection,
      prefix: `${settings.redisPrefix}-queue`,
      concurrency: settings.parallelBuilds ?? availableParallelism(),
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: MAX_STALLED,
    },
  )
  worker.on('error', (error) => log.warn({ err: error }, 'the work queue cannot reach Redis'))
  worker.on('stalled', (jobId) => log.warn({ jobId }, 'a job was begun again because its runner died'))
  return {
    async close() {
      stop.abort()
      await worker.close()
      connection.disconnect()
    },
  }
}

async function run(runner: Runner, job: Job, signal: AbortSignal): Promise<WorkEnd> {
  const parsed = workJob.safeParse(job.data)
  if (!parsed.success) throw new UnrecoverableError('not a job of ours')
  switch (parsed.data.kind) {
    case 'deploy': {
      const lastTry = job.attemptsMade + 1 >= (job.opts.attempts ?? 1)
      return runDeploy(runner, { deploymentId: parsed.data.deploymentId, lastTry, signal })
    }
    case 'destroy':
      await runDestroy(runner, parsed.data.deploymentIds)
      return { kind: 'done' }
  }
}

async function follow(end: WorkEnd, job: Job, token: string | undefined): Promise<void> {
  switch (end.kind) {
    case 'done':
      return
    case 'busy':
      await job.moveToDelayed(Date.now() + BUSY_DELAY_MS, token)
      throw new DelayedError()
    case 'stopped':
      // The runner is going down; the next one begins it again at once.
      await job.moveToDelayed(Date.now(), token)
      throw new DelayedError()
    case 'again':
      throw end.error
  }
}
