import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { eventJobs, type EventJob } from './jobs/events.ts'
import { queueNames } from './jobs/queue-names.ts'
import { reportJob, type ReportJob } from './jobs/report.ts'
import { workJob, type PointJob, type WorkJob } from './jobs/work.ts'

const DAY_SECONDS = 24 * 3600

/** The queues, each with the one way to add to it. */
export interface Queues {
  readonly push: Queue
  readonly pull: Queue
  readonly lifecycle: Queue
  readonly work: Queue
  readonly end: Queue
  readonly restart: Queue
  readonly command: Queue
  readonly report: Queue
  close(): Promise<void>
}

/** BullMQ's own prefix for our queues; workers need it too. */
export function queuePrefix(redisPrefix: string): string {
  return `${redisPrefix}-queue`
}

/** @param connection should fail fast (`openStore`), so that a webhook is answered 5xx while Redis is away. */
export function openQueues(connection: Redis, prefix: string): Queues {
  const options = { connection, prefix: queuePrefix(prefix) }
  const queues = {
    push: new Queue(queueNames.push, options),
    pull: new Queue(queueNames.pull, options),
    lifecycle: new Queue(queueNames.lifecycle, options),
    work: new Queue(queueNames.work, options),
    end: new Queue(queueNames.end, options),
    restart: new Queue(queueNames.restart, options),
    command: new Queue(queueNames.command, options),
    report: new Queue(queueNames.report, options),
  }
  const all = Object.values(queues)
  for (const queue of all) queue.on('error', ignoreConnectionError)
  return {
    ...queues,
    async close() {
      await Promise.all(all.map((queue) => queue.close()))
    },
  }
}

/**
 * Notes an event durably. The delivery's GUID is the job's id, and BullMQ ignores an `add` whose id exists: that a redelivered
 * webhook does nothing twice rests on it, so finished jobs are kept longer than GitHub can redeliver (3 days; 7 on GHES).
 */
export async function addEvent(queues: Queues, { queue, job }: EventJob): Promise<void> {
  await queues[queue].add(queue, eventJobs[queue].parse(job), {
    jobId: job.deliveryId,
    attempts: 20,
    backoff: { type: 'custom' },
    removeOnComplete: { age: 8 * DAY_SECONDS },
    removeOnFail: { age: 8 * DAY_SECONDS },
  })
}

/** Asks the runner to build a deployment; a second time for the same deployment is ignored while the first is known. */
export async function addDeploy(queues: Queues, deploymentId: string): Promise<void> {
  const job: WorkJob = { kind: 'deploy', deploymentId }
  await queues.work.add('deploy', workJob.parse(job), {
    jobId: deploymentId,
    attempts: 3,
    backoff: { type: 'exponential', delay: 2000 },
    removeOnComplete: true,
    removeOnFail: true,
  })
}

/** Asks the runner to stop what it holds of these deployments. */
export async function addDestroy(queues: Queues, deploymentIds: readonly string[]): Promise<void> {
  if (deploymentIds.length === 0) return
  const job: WorkJob = { kind: 'destroy', deploymentIds: [...deploymentIds] }
  await queues.end.add('destroy', workJob.parse(job), {
    attempts: 20,
    backoff: { type: 'exponential', delay: 1000 },
    removeOnComplete: true,
    removeOnFail: { age: DAY_SECONDS },
  })
}

/** Tells the runner that secrets of a micro were changed; of all that the repository has when it is `ALL_MICROS`, and of all that there are without a repository. */
export async function addSecretsChanged(
  queues: Queues,
  of: { readonly repositoryId?: number; readonly micro: string },
): Promise<void> {
  const job: WorkJob = { kind: 'secrets-changed', ...of }
  await queues.end.add('secrets-changed', workJob.parse(job), {
    attempts: 20,
    backoff: { type: 'exponential', delay: 1000 },
    removeOnComplete: true,
    removeOnFail: { age: DAY_SECONDS },
  })
}

/** Asks the runner to start a live deployment anew; how that goes is noted under `restartId` (`readProgress`). */
export async function addRestart(
  queues: Queues,
  of: { readonly deploymentId: string; readonly restartId: string },
): Promise<void> {
  const job: WorkJob = { kind: 'restart', ...of }
  await queues.restart.add('restart', workJob.parse(job), {
    removeOnComplete: true,
    removeOnFail: { age: DAY_SECONDS },
  })
}

/**
 * Asks the runner to point production to a deployment that is kept; how that goes is noted under `pointId` (`readProgress`). A second time
 * with the same `pointId` is ignored while the first waits.
 */
export async function addPoint(queues: Queues, point: Omit<PointJob, 'kind'>): Promise<void> {
  const job: WorkJob = { kind: 'point', ...point }
  await queues.restart.add('point', workJob.parse(job), {
    jobId: `point-${point.pointId}`,
    removeOnComplete: true,
    removeOnFail: { age: DAY_SECONDS },
  })
}

/**
 * Asks the bot to tell GitHub how a deployment stands.
 *
 * @param afterMs when nobody has to know at once; what was said before is not said again.
 */
export async function reportDeployment(queues: Queues, deploymentId: string, afterMs = 0): Promise<void> {
  await addReport(queues, { kind: 'deployment', deploymentId }, afterMs)
}

/**
 * Asks the bot to tell GitHub how a deployment stands, or what is wrong with a commit.
 *
 * @param afterMs when nobody has to know at once; what was said before is not said again.
 */
export async function addReport(queues: Queues, job: ReportJob, afterMs = 0): Promise<void> {
  await addReports(queues, [job], afterMs)
}

/** The same for several at once, all of them or none. */
export async function addReports(queues: Queues, jobs: readonly ReportJob[], afterMs = 0): Promise<void> {
  if (jobs.length === 0) return
  const opts = {
    delay: afterMs,
    // With its growing wait that is a day: as long as GitHub may be away before it is told nothing any more.
    attempts: 300,
    backoff: { type: 'custom' },
    removeOnComplete: true,
    removeOnFail: { age: DAY_SECONDS },
  }
  await queues.report.addBulk(jobs.map((job) => ({ name: 'report', data: reportJob.parse(job), opts })))
}

/** BullMQ repeats here what the failed command reports to its caller. */
function ignoreConnectionError(): void {}
