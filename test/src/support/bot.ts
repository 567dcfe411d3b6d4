import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeEach } from 'vitest'
import { openQueues, type Queues } from '../../../contract/queue.ts'
import { openStore, type Store } from '../../../contract/store/connect.ts'
import { fixedConnection, type Connection } from '../../../src/connect/connection.ts'
import { credentialsOfEnvironment } from '../../../src/connect/credentials.ts'
import { readBotSettings, type BotSettings } from '../../../src/env.ts'
import { createBotMetrics, type BotMetrics } from '../../../src/metrics/metrics.ts'
import { createGitHub, type GitHub } from '../../../src/github/client.ts'
import { createLog, type Log } from '../../../src/log.ts'
import { startTestRedis, type TestRedis } from '../../support/redis.ts'

export const webhookSecret = 'a secret of this test'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** Settings of a bot that a test starts; `more` are environment variables. */
export function testSettings(more: Record<string, string> = {}): BotSettings {
  const credentials = { APP_ID: '7', PRIVATE_KEY: pem, WEBHOOK_SECRET: webhookSecret }
  return readBotSettings({ ...credentials, MICROPUSH_BOT_PORT: '0', MICROPUSH_REDIS_PREFIX: 'test', ...more })
}

export interface Parts extends AsyncDisposable {
  readonly redis: TestRedis
  readonly settings: BotSettings
  readonly store: Store
  readonly queues: Queues
  readonly github: GitHub
  readonly connection: Connection
  readonly metrics: BotMetrics
  readonly log: Log
  readonly lines: string[]
}

/** The same for all tests of a file: each finds it empty, and it is gone after the last. */
export async function sharedParts(): Promise<Parts> {
  const parts = await startParts()
  beforeEach(async () => {
    await parts.store.redis.flushdb()
    parts.lines.length = 0
    // With its token, which GitHub would not be asked for again.
    parts.github.forget(12)
  })
  afterAll(() => parts[Symbol.asyncDispose]())
  return parts
}

/** Redis, store, queues and a GitHub client, as the bot wires them. */
export async function startParts(more: Record<string, string> = {}): Promise<Parts> {
  const redis = await startTestRedis()
  const settings = testSettings({ MICROPUSH_REDIS: redis.socket, ...more })
  const store = openStore(settings)
  const queues = openQueues(store.redis, settings.redisPrefix)
  const lines: string[] = []
  const secrets = [settings.privateKey, settings.webhookSecret]
  const log = createLog({ level: 'debug', secrets, write: (line) => lines.push(line) })
  return {
    redis,
    settings,
    store,
    queues,
    github: createGitHub(settings),
    connection: fixedConnection(credentialsOfEnvironment(settings)),
    metrics: createBotMetrics({ store, queues }),
    log,
    lines,
    async [Symbol.asyncDispose]() {
      await queues.close().catch(() => {})
      store.redis.disconnect()
      await redis[Symbol.asyncDispose]()
    },
  }
}
