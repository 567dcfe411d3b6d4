import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openQueues } from '../contract/queue.ts'
import { openStore } from '../contract/store/connect.ts'
import { createDoor } from './door.ts'
import type { BotSettings } from './env.ts'
import { createGitHub } from './github/client.ts'
import type { Log } from './log.ts'
import { createSourceServer, listenOnSocket } from './source/server.ts'
import { startWork } from './work.ts'

/** For requests in hand, when the bot is told to end. */
const CLOSE_GRACE_MS = 4000

export interface Bot {
  /** Where it listens; of interest when the settings asked for port 0. */
  readonly port: number
  /** Ends what is in hand and closes everything. */
  close(): Promise<void>
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
      // BullMQ waits without end for a Redis that is away; a job that is cut off here is taken up by the next bot.
      await Promise.all([closeServer(http), closeServer(source), withinGrace(work.close(), log)])
      await withinGrace(queues.close(), log)
      work.disconnect()
      store.redis.disconnect()
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
