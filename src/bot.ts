import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openQueues, type Queues } from '../contract/queue.ts'
import { pushJob, queueNames, reportJob } from '../contract/jobs.ts'
import { openStore, openWorkerConnection, type Store } from '../contract/store/connect.ts'
import { redeliverLost } from './deliveries/redeliver-lost.ts'
import { createDoor } from './door.ts'
import type { BotSettings } from './env.ts'
import { createGitHub, type GitHub } from './github/client.ts'
import { createKeyedLock } from './keyed-lock.ts'
import type { Log } from './log.ts'
import { handlePush } from './push/handle-push.ts'
import { startWorker } from './queue.ts'
import { reap } from './reaper/reap.ts'
import { runRegularly } from './reaper/run-regularly.ts'
import { createPace } from './report/pace.ts'
import { handleReport } from './report/handle-report.ts'
import { createSourceServer, listenOnSocket } from './source/server.ts'

/** For requests in hand, when the bot is told to end. */
const CLOSE_GRACE_MS = 4000
const PARALLEL_PUSHES = 8
const PARALLEL_REPORTS = 8
const REAP_EVERY_MS = 15_000
/** A lost push is a rare thing, and the list costs a request or two of the app's own 5,000 an hour. */
const REDELIVER_EVERY_MS = 5 * 60_000
const LONGEST_JOB_MS = 24 * 3600_000

export interface Bot {
  /** Where it listens; of interest when the settings asked for port 0. */
  readonly port: number
  /** Ends what is in hand and closes everything. */
  close(): Promise<void>
}

interface Parts {
  readonly settings: BotSettings
  readonly log: Log
  readonly store: Store
  readonly queues: Queues
  readonly github: GitHub
}

/** Starts the GitHub side of micropush. Redis may come later; until then webhooks are answered 500 and `/healthz` 503. */
export async function startBot(settings: BotSettings, log: Log): Promise<Bot> {
  const store = openStore(settings)
  const queues = openQueues(store.redis, settings.redisPrefix)
  const github = createGitHub(settings)
  const parts = { settings, log, store, queues, github }
  const http = await createDoor(parts)
  const source = createSourceServer({ store, github, log })
  await listenOnSocket(source, settings.sockets.bot)
  http.listen(settings.botPort, settings.botHost)
  await once(http, 'listening')
  const work = startWork(parts)
  return {
    port: (http.address() as AddressInfo).port,
    async close() {
      await Promise.all([closeServer(http), closeServer(source), work.close()])
      await withinGrace(queues.close(), log)
      store.redis.disconnect()
    },
  }
}

function startWork({ settings, log, store, queues, github }: Parts): { close(): Promise<void> } {
  const forPushes = openWorkerConnection(settings)
  const forReports = openWorkerConnection(settings)
  const now = Date.now
  const common = { redisPrefix: settings.redisPrefix, longestMs: LONGEST_JOB_MS, log }
  const lock = createKeyedLock()
  const pushes = startWorker({
    ...common,
    name: queueNames.push,
    connection: forPushes,
    concurrency: PARALLEL_PUSHES,
    schema: pushJob,
    handle: (job) => lock(`push ${job.repositoryId}`, () => handlePush(job, { store, queues, github, log, now })),
  })
  const reportDeps = { store, github, log, botUrl: settings.botUrl, pace: createPace(), lock, now }
  const reports = startWorker({
    ...common,
    name: queueNames.report,
    connection: forReports,
    concurrency: PARALLEL_REPORTS,
    schema: reportJob,
    handle: (job) => handleReport(job, reportDeps),
  })
  const stop = new AbortController()
  const reaping = runRegularly(() => reap({ store, queues, log, now }), {
    everyMs: REAP_EVERY_MS,
    signal: stop.signal,
    onError: (error) => log.warn({ err: error }, 'the reaper could not finish'),
  })
  const redelivering = runRegularly(() => redeliverLost({ app: github.app, log, now }), {
    everyMs: REDELIVER_EVERY_MS,
    signal: stop.signal,
    onError: (error) => log.warn({ err: error }, 'lost deliveries could not be looked for'),
  })
  return {
    async close() {
      stop.abort()
      // BullMQ waits without end for a Redis that is away; a job that is cut off here is taken up by the next bot.
      await withinGrace(Promise.all([pushes.close(), reports.close(), reaping, redelivering]), log)
      forPushes.disconnect()
      forReports.disconnect()
    },
  }
}

async function withinGrace(work: Promise<unknown>, log: Log): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => resolve('late'), CLOSE_GRACE_MS)
  if ((await Promise.race([work, late])) === 'late') log.warn('closed without waiting for the queue any longer')
  clearTimeout(timer)
}

/** A transfer that is cut off after the grace is begun again by the runner when the bot is back. */
async function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
  await promise
  clearTimeout(timer)
}
