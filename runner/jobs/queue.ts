import { availableParallelism } from 'node:os'
import { DelayedError, UnrecoverableError, Worker, type Job } from 'bullmq'
import { queuePrefix } from '../../contract/queue.ts'
import { queueNames } from '../../contract/jobs/queue-names.ts'
import { stalledOptions, watchStalled } from '../../contract/jobs/stalled.ts'
import { workJob, type WorkJob } from '../../contract/jobs/work.ts'
import { openWorkerConnection } from '../../contract/store/connect.ts'
import { getDeployment } from '../../contract/store/deployments.ts'
import type { Runner } from '../runner.ts'
import { noteProgress } from '../../contract/store/progress.ts'
import { runRestart } from './run-restart.ts'
import type { JobEnd } from './job-end.ts'
import { createOwnerShares, type OwnerShares } from './owner-shares.ts'
import { giveUp, runDeploy } from './run-deploy.ts'
import { runDestroy } from './run-destroy.ts'
import { runPoint } from './run-point.ts'
import { runSecretsChanged } from './run-secrets-changed.ts'

/** How often one deployment may be begun again because its runner died under it. */
const MAX_STALLED = 3
/** When another deployment of the same micro is being built. */
const BUSY_DELAY_MS = 250
/** When its owner has as many deployments under way as one may have; up to twice that, so that not all who wait knock at once. */
const CROWDED_DELAY_MS = 1000
/** Ends of deployments wait for last requests most of the time. */
const PARALLEL_ENDS = 32
/** As many sandboxes are started at once for no other reason. */
const PARALLEL_RESTARTS = 4
/** Whoever runs us sends SIGKILL after 15 seconds. */
const CLOSE_MS = 10_000

export interface WorkQueue {
  /** Takes no more jobs, tells running ones to stop, and waits for them. */
  close(): Promise<void>
}

/** Begins to take jobs; as many builds at once as the operator set, or as the machine has cores. */
export function openWorkQueue(runner: Runner): WorkQueue {
  const { settings, log } = runner
  const stop = new AbortController()
  const connection = openWorkerConnection(settings)
  const work = { runner, signal: stop.signal, shares: createOwnerShares(settings.buildsPerOwner) }
  const begin = (name: string, concurrency: number) => {
    const worker = new Worker(name, async (job, token) => follow(await run(work, job), job, token), {
      connection,
      prefix: queuePrefix(settings.redisPrefix),
      concurrency,
      ...stalledOptions,
      maxStalledCount: MAX_STALLED,
    })
    worker.on('error', (error) => log.warn({ err: error }, 'the work queue cannot reach Redis'))
    worker.on('failed', (job, error) => void noteFailed(runner, job, error))
    return worker
  }
  const workers = [
    begin(queueNames.work, settings.parallelBuilds ?? availableParallelism()),
    begin(queueNames.end, PARALLEL_ENDS),
    begin(queueNames.restart, PARALLEL_RESTARTS),
  ]
  const stalled = watchStalled({
    redis: connection,
    workers,
    signal: stop.signal,
    onStalled: (jobId) => log.warn({ jobId }, 'a job was begun again because its runner died'),
    onError: (error) => log.warn({ err: error }, 'jobs of a runner that died could not be looked for'),
  })
  return {
    async close() {
      stop.abort()
      // BullMQ waits without end for a Redis that is away; a job that is cut off here is begun again by the next runner.
      const closed = Promise.all([...workers.map((worker) => worker.close()), stalled])
      const { promise: late, resolve } = Promise.withResolvers<'late'>()
      const timer = setTimeout(() => resolve('late'), CLOSE_MS)
      if ((await Promise.race([closed, late])) === 'late')
        log.warn({}, 'closed without waiting for running jobs any longer')
      clearTimeout(timer)
      connection.disconnect()
    },
  }
}

interface Work {
  readonly runner: Runner
  readonly signal: AbortSignal
  readonly shares: OwnerShares
}

async function run({ runner, signal, shares }: Work, job: Job): Promise<JobEnd> {
  const parsed = workJob.safeParse(job.data)
  if (!parsed.success) throw new UnrecoverableError('not a job of ours')
  switch (parsed.data.kind) {
    case 'deploy': {
      const { deploymentId } = parsed.data
      const deployment = await getDeployment(runner.store, deploymentId)
      if (deployment === undefined) return { kind: 'done' }
      using share = shares.take(deployment.owner)
      if (share === undefined) return { kind: 'crowded' }
      const lastTry = job.attemptsMade + 1 >= (job.opts.attempts ?? 1)
      return await runDeploy(runner, { deploymentId, lastTry, signal })
    }
    case 'destroy':
      return runDestroy(runner, parsed.data.deploymentIds, signal)
    case 'restart':
      return runRestart(runner, parsed.data, signal)
    case 'secrets-changed':
      return runSecretsChanged(runner, parsed.data)
    case 'point':
      return runPoint(runner, parsed.data, signal)
  }
}

/** A job that the queue will not begin again, such as one whose runner died under it too often, must not leave its deployment pending. */
async function noteFailed(runner: Runner, job: Job | undefined, error: Error): Promise<void> {
  const isLast = job?.finishedOn !== undefined
  runner.log[isLast ? 'error' : 'warn']({ err: error, jobId: job?.id }, 'a job failed')
  const parsed = workJob.safeParse(job?.data)
  if (!isLast || !parsed.success) return
  try {
    await noteGivenUp(runner, parsed.data, error)
  } catch (thrown) {
    // A deadline of the deployment, or of whoever waits, ends it then.
    runner.log.error({ err: thrown, ...parsed.data }, 'a job could not be given up')
  }
}

async function noteGivenUp(runner: Runner, job: WorkJob, cause: Error): Promise<void> {
  switch (job.kind) {
    case 'deploy':
      return giveUp(runner, job.deploymentId, cause)
    case 'restart': {
      const message = 'micropush was interrupted while it restarted this. Look at the log of the runner, and try again.'
      return noteProgress(runner.store, job.restartId, { state: 'failed', message })
    }
    case 'point': {
      const message = 'micropush was interrupted while it did this. Look at micropush status, and try again.'
      return noteProgress(runner.store, job.pointId, { state: 'failed', message })
    }
    case 'destroy':
    case 'secrets-changed':
  }
}

async function follow(end: JobEnd, job: Job, token: string | undefined): Promise<void> {
  switch (end.kind) {
    case 'done':
      return
    case 'busy':
      await job.moveToDelayed(Date.now() + BUSY_DELAY_MS, token)
      throw new DelayedError()
    case 'crowded':
      await job.moveToDelayed(Date.now() + CROWDED_DELAY_MS * (1 + Math.random()), token)
      throw new DelayedError()
    case 'stopped':
      // The runner is going down; the next one begins it again at once.
      await job.moveToDelayed(Date.now(), token)
      throw new DelayedError()
    case 'again':
      throw end.error
  }
}
