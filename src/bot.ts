import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { openQueues } from '../contract/queue.ts'
import { openStore } from '../contract/store/connect.ts'
import { createClientOf } from './connect/client-of.ts'
import { openConnection, type Connection } from './connect/connection.ts'
import { watchConnection } from './connect/watch.ts'
import { createDoor } from './door.ts'
import type { BotSettings, SetupSettings } from './env.ts'
import { createGitHubSide } from './github-side.ts'
import { CLOSE_GRACE_MS, closeServer } from './http/close-server.ts'
import type { Log } from './log.ts'
import { createBotMetrics } from './metrics/metrics.ts'

export interface Bot {
  /** Where it listens; of interest when the settings asked for port 0. */
  readonly port: number
  /** Ends what is in hand and closes everything. */
  close(): Promise<void>
}

/**
 * Starts the GitHub side of micropush. Redis may come later; until then webhooks are answered 500 and `/healthz` 503. Where no App is
 * connected yet, there are the door and the pages that lead to one, and the work begins when it is.
 *
 * @param given the connection to GitHub; the one of the settings when absent.
 */
export async function startBot(settings: BotSettings | SetupSettings, log: Log, given?: Connection): Promise<Bot> {
  const connection = given ?? (await openConnection(settings))
  const store = openStore(settings)
  const queues = openQueues(store.redis, settings.redisPrefix)
  const metrics = createBotMetrics({ store, queues })
  const parts = { settings, log, store, queues, connection, metrics }
  const http = await createDoor(parts)
  http.listen(settings.botPort, settings.botHost)
  await once(http, 'listening')
  const side = createGitHubSide(parts)
  await side.begin()
  const stop = new AbortController()
  const client = createClientOf(connection)
  const watching = watchConnection({ connection, client, log, now: Date.now, signal: stop.signal })
  return {
    port: (http.address() as AddressInfo).port,
    async close() {
      stop.abort()
      // BullMQ waits without end for a Redis that is away; a job that is cut off here is taken up by the next bot.
      await Promise.all([closeServer(http), withinGrace(Promise.all([side.close(), watching]), log)])
      await withinGrace(queues.close(), log)
      side.disconnect()
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
