import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Queue } from 'bullmq'
import { readAppCredentials } from '../../../forge/auth/credentials.ts'
import { startForge, type RunningForge } from '../../../forge/server.ts'
import { openQueues, type Queues } from '../../../contract/queue.ts'
import { openStore, type Store } from '../../../contract/store/connect.ts'
import { startBot, type Bot } from '../../../src/bot.ts'
import { createRandom } from '../../support/random.ts'
import { startParts, testSettings, type Parts } from '../support/bot.ts'
import { countingProxy, type CountingProxy } from './examples/counting-proxy.ts'
import { deliverTo } from './examples/door.ts'
import { installed, loadExamples } from './examples/load.ts'
import { mutate } from './examples/mutate.ts'

/** GitHub's API is given this long to know of what its webhooks told, and each job some more to end. */
const QUIET_MS = 75_000

let parts: Parts
let home: string
let forge: RunningForge
let proxy: CountingProxy
let bot: Bot
let secret: string
let queues: Queues
let store: Store

beforeAll(async () => {
  parts = await startParts()
  home = await mkdtemp(join(tmpdir(), 'mp-'))
  forge = await startForge({
    dataDir: home,
    port: 0,
    searchPath: process.env['PATH'] ?? '',
    webhookUrl: 'http://127.0.0.1:9/',
  })
  proxy = await countingProxy(forge.port)
  const app = await readAppCredentials(home)
  secret = app.webhookSecret
  const settings = testSettings({
    APP_ID: String(app.appId),
    PRIVATE_KEY: '',
    PRIVATE_KEY_PATH: app.privateKeyPath,
    WEBHOOK_SECRET: secret,
    MICROPUSH_REDIS: parts.redis.socket,
    MICROPUSH_DATA: home,
    MICROPUSH_GITHUB_URL: `http://127.0.0.1:${proxy.port}/api/v3`,
  })
  bot = await startBot(settings, parts.log)
  store = openStore(settings)
  queues = openQueues(store.redis, settings.redisPrefix)
})

afterAll(async () => {
  await bot.close()
  await queues.close()
  store.redis.disconnect()
  await proxy.close()
  await forge.close()
  await parts[Symbol.asyncDispose]()
  await rm(home, { recursive: true, force: true })
})

it('asks in vain about repositories that GitHub does not know, not for long, and deploys nothing of them', async () => {
  const known = await installationAt('Codertocat')
  const random = createRandom(7)
  const examples = loadExamples()
  const all = [
    ...examples.map((example) => installed(example)),
    ...examples.map((example) => ofInstallation(example, known)),
  ]
  const deliveries = [
    ...all.map(({ event, payload, title }) => ({ event, title, raw: JSON.stringify(payload) })),
    ...Array.from({ length: 300 }, () => mutate(random.oneOf(all) ?? never(), random)),
  ]
  const before = proxy.count()
  for (const { event, raw, title } of deliveries) {
    const { status } = await deliverTo(bot.port, { event, raw, secret })
    expect(status < 500, `${title}: ${status}`).toBe(true)
  }
  const open = async () => {
    const counted = await Promise.all(
      each(queues).map((queue) => queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized')),
    )
    return counted.reduce((sum, counts) => sum + Object.values(counts).reduce((a, b) => a + b, 0), 0)
  }
  await expect.poll(open, { timeout: QUIET_MS, interval: 250 }).toBe(0)

  const jobs = (await Promise.all(each(queues).map((queue) => queue.getJobs()))).flat()
  expect(jobs.length).toBeGreaterThan(50)
  const failed = await Promise.all(
    jobs.map(async (job) => ((await job.isFailed()) ? [job.name, job.failedReason] : [])),
  )
  expect(failed.flat()).toEqual([])
  expect(jobs.map(({ queueName }) => queueName).filter((name) => /^(?:work|end|restart)$/.test(name))).toEqual([])
  // Every two seconds for half a minute, a few requests each: no storm.
  expect((proxy.count() - before) / jobs.length).toBeLessThan(40)
  expect(await store.redis.keys('*:deployment:*')).toEqual([])
  const quiet = proxy.count()
  await sleep(3000)
  expect(proxy.count() - quiet, 'requests after the last job').toBeLessThan(10)
  expect(parts.lines.filter((line) => /"level":(?:50|60)/.test(line))).toEqual([])
}, 180_000)

async function installationAt(account: string): Promise<number> {
  const answer = await fetch(`${forge.apiUrl}/_installations`, {
    method: 'POST',
    headers: { authorization: 'Bearer local' },
    body: JSON.stringify({ account }),
  })
  return ((await answer.json()) as { id: number }).id
}

function ofInstallation(example: ReturnType<typeof installed>, id: number): ReturnType<typeof installed> {
  const payload = {
    ...example.payload,
    installation: { ...(example.payload['installation'] as object | undefined), id },
  }
  return { ...example, payload, title: `${example.title}, of an installation that is there` }
}

function each(queues: Queues): Queue[] {
  return Object.values(queues).filter((queue: unknown) => queue instanceof Queue)
}

function never(): never {
  throw new Error('no such example')
}
