import type { z } from 'zod'
import { commandJob } from '../contract/jobs/command.ts'
import { lifecycleJob, pullJob, pushJob } from '../contract/jobs/events.ts'
import { watchStalled } from '../contract/jobs/stalled.ts'
import { queueNames } from '../contract/jobs/queue-names.ts'
import { reportJob } from '../contract/jobs/report.ts'
import type { Queues } from '../contract/queue.ts'
import type { Settings } from '../contract/settings.ts'
import { openWorkerConnection, type Store } from '../contract/store/connect.ts'
import { handleCommand } from './commands/handle-command.ts'
import { redeliverLost } from './deliveries/redeliver-lost.ts'
import { noteResult } from './events/note-result.ts'
import type { GitHub } from './github/client.ts'
import { createReader } from './github/reader.ts'
import { handleLifecycle } from './installations/handle-lifecycle.ts'
import { createFairTurns } from './jobs/fair-turns.ts'
import { createKeyedLock } from './jobs/keyed-lock.ts'
import { startWorker, type JobResult } from './jobs/queue.ts'
import { runRegularly } from './jobs/run-regularly.ts'
import type { Log } from './log.ts'
import { endIdlePreviews } from './pull/end-idle.ts'
import { handlePull } from './pull/handle-pull.ts'
import { handlePush } from './push/handle-push.ts'
import { reap } from './reaper/reap.ts'
import { createPatience } from './reconcile/patience.ts'
import { reconcile } from './reconcile/reconcile.ts'
import { handleReport } from './report/handle-report.ts'
import { createPace } from './report/pace.ts'
import { reportMissed } from './report/report-missed.ts'

const PARALLEL_EVENTS = 8
/** Of one repository, in each queue; the other hands are for everybody else. */
const PARALLEL_OF_ONE = 4
const PARALLEL_REPORTS = 8
const REAP_EVERY_MS = 15_000
const END_IDLE_EVERY_MS = 60_000
/** A lost event is a rare thing, and the list costs a request or two of the app's own 5,000 an hour. */
const REDELIVER_EVERY_MS = 5 * 60_000
const REPORT_MISSED_EVERY_MS = 60_000
const LONGEST_JOB_MS = 24 * 3600_000

export interface WorkParts {
  readonly settings: Settings
  readonly log: Log
  readonly store: Store
  readonly queues: Queues
  readonly github: GitHub
}

export interface Work {
  /** Takes no more and waits for what is in hand; without end while Redis is away. */
  close(): Promise<void>
  /** Lets go of Redis, whatever is in hand. */
  disconnect(): void
}

/** What happened to a repository, or to an installation of the App. */
type EventData =
  | { readonly repositoryId: number; readonly deliveryId: string }
  | { readonly installationId: number; readonly deliveryId: string }

function lockOf(job: EventData): string {
  return 'repositoryId' in job ? `repository ${job.repositoryId}` : `installation ${job.installationId}`
}

/** Begins to take jobs, and to do what is done regularly. */
export function startWork({ settings, log, store, queues, github }: WorkParts): Work {
  const now = Date.now
  const lock = createKeyedLock()
  const inTurn = createFairTurns(lock, PARALLEL_OF_ONE)
  const deps = { store, queues, github, settings, log, now }
  const reconcileDeps = { ...deps, reader: createReader(now), patience: createPatience() }
  const reportDeps = { ...deps, botUrl: settings.botUrl, pace: createPace(), lock }
  const [forEvents, forReports] = [openWorkerConnection(settings), openWorkerConnection(settings)]
  const connections = [forEvents, forReports]
  const common = { redisPrefix: settings.redisPrefix, longestMs: LONGEST_JOB_MS, log }
  const events = <Job extends EventData>(
    name: string,
    schema: z.ZodType<Job>,
    handle: (job: Job) => Promise<JobResult>,
  ) =>
    startWorker({
      ...common,
      name,
      schema,
      connection: forEvents,
      concurrency: PARALLEL_EVENTS,
      // What concerns one repository happens one after the other.
      handle: (job) => inTurn({ queue: name, key: lockOf(job) }, () => handle(job)),
      note: (job, result) => noteResult(job, result, deps),
    })
  const workers = [
    events(queueNames.push, pushJob, (job) => handlePush(job, deps)),
    events(queueNames.command, commandJob, (job) => handleCommand(job, deps)),
    events(queueNames.pull, pullJob, (job) => handlePull(job, deps)),
    events(queueNames.lifecycle, lifecycleJob, (job) => handleLifecycle(job, reconcileDeps)),
    startWorker({
      ...common,
      name: queueNames.report,
      schema: reportJob,
      connection: forReports,
      concurrency: PARALLEL_REPORTS,
      handle: (job, id) => handleReport(job, id, reportDeps),
    }),
  ]
  const stop = new AbortController()
  const regularly = (what: string, everyMs: number, run: () => Promise<void>) =>
    runRegularly(run, {
      everyMs,
      signal: stop.signal,
      onError: (error) => log.warn({ err: error }, `${what} could not finish and will be tried again`),
    })
  const stalled = watchStalled({
    redis: forEvents,
    workers,
    signal: stop.signal,
    onError: (error) => log.warn({ err: error }, 'jobs of a bot that died could not be looked for'),
  })
  let pass = 0
  const regular = [
    stalled,
    regularly('the comparison with GitHub', settings.reconcileMs, () =>
      reconcile({ number: pass++, signal: stop.signal }, reconcileDeps),
    ),
    regularly('the search for lost reports', REPORT_MISSED_EVERY_MS, () => reportMissed(deps)),
    regularly('the reaper', REAP_EVERY_MS, () => reap(deps)),
    regularly('the end of idle previews', END_IDLE_EVERY_MS, () => endIdlePreviews({ ...deps, lock })),
    regularly('the search for lost deliveries', REDELIVER_EVERY_MS, () =>
      redeliverLost({ app: github.app, githubUrl: github.baseUrl, log, now }),
    ),
  ]
  return {
    async close() {
      stop.abort()
      await Promise.all([...workers.map((worker) => worker.close()), ...regular])
    },
    disconnect() {
      for (const connection of connections) connection.disconnect()
    },
  }
}
