import { createHmac, randomUUID } from 'node:crypto'
import nock from 'nock'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { targetStanding } from '../../contract/store/micros.ts'
import { readDeliveries } from '../../contract/store/repository/deliveries.ts'
import { startBot, type Bot } from '../../src/bot.ts'
import { startParts, testSettings, webhookSecret, type Parts } from './support/bot.ts'
import { mockGitHub, type MockedGitHub } from './support/github.ts'
import { pushPayload, shaA } from './support/samples.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let parts: Parts
let github: MockedGitHub
let start: () => Promise<Bot>
let bot: Bot | undefined

beforeEach(async () => {
  parts = await startParts()
  github = mockGitHub()
  github.heads.set('main', shaA)
  github.commits.add(shaA)
  github.files.set(`${shaA}:micro.yml`, 'v: 1\n')
  const dataDir = await temporaryFolder()
  const settings = testSettings({ MICROPUSH_REDIS: parts.redis.socket, MICROPUSH_DATA: dataDir })
  start = () => startBot(settings, parts.log)
})

afterEach(async () => {
  await bot?.close()
  bot = undefined
  nock.cleanAll()
  await parts[Symbol.asyncDispose]()
})

function deliver(port: number): Promise<Response> {
  const body = JSON.stringify(pushPayload())
  const signature = `sha256=${createHmac('sha256', webhookSecret).update(body).digest('hex')}`
  return fetch(`http://127.0.0.1:${port}/api/github/webhooks`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': signature,
    },
    body,
  })
}

function sentStatuses(): unknown[] {
  return github.statuses.map(({ body }) => `${String(body['state'])}: ${String(body['description'])}`)
}

it('makes of a delivery a queued deployment and a status on the commit', async () => {
  bot = await start()
  expect((await deliver(bot.port)).status).toBe(200)
  await expect.poll(sentStatuses, { timeout: 10_000 }).toEqual(['pending: Queued'])
  expect((await targetStanding(parts.store, '34/hello')).newest?.state).toBe('queued')
})

it('takes up after a restart what was accepted before', async () => {
  github.instead.set('/repos/{owner}/{repo}/git/ref/{ref}', [{ status: 429, headers: { 'retry-after': '2' } }])
  bot = await start()
  await deliver(bot.port)
  await expect.poll(() => parts.queues.push.getJobCountByTypes('delayed'), { timeout: 10_000 }).toBe(1)
  await bot.close()
  expect(sentStatuses()).toEqual([])
  bot = await start()
  await expect.poll(sentStatuses, { timeout: 10_000 }).toEqual(['pending: Queued'])
})

it('starts while Redis is away, and works when it is back', async () => {
  await parts.redis.kill()
  bot = await start()
  expect((await fetch(`http://127.0.0.1:${bot.port}/healthz`)).status).toBe(503)
  await parts.redis.restart()
  const { port } = bot
  await expect.poll(async () => (await deliver(port)).status, { timeout: 15_000, interval: 200 }).toBe(200)
  await expect.poll(sentStatuses, { timeout: 10_000 }).toEqual(['pending: Queued'])
})

it('closes while Redis is away', async () => {
  bot = await start()
  await parts.redis.kill()
  await bot.close()
  bot = undefined
  expect(parts.lines.join('')).toContain('closed without waiting')
  await parts.redis.restart()
})

it('asks GitHub to send again what was lost while it was away', async () => {
  const lost = {
    id: 5,
    guid: randomUUID(),
    delivered_at: new Date().toISOString(),
    redelivery: false,
    duration: 0.1,
    status: 'failed to connect to host',
    status_code: 0,
    event: 'push',
    action: null,
    installation_id: 12,
    repository_id: 34,
  }
  github.instead.set('/app/hook/deliveries', [{ status: 200, body: [lost] }])
  github.instead.set('/app/hook/deliveries/{delivery_id}/attempts', [{ status: 202, body: {} }])
  bot = await start()
  await expect
    .poll(() => github.requests.map(({ path }) => path), { timeout: 10_000 })
    .toContain('/app/hook/deliveries/5/attempts')
})

it('tells what became of a delivery, also when GitHub refuses what it asks for, or cannot answer', async () => {
  const told = async () => (await readDeliveries(parts.store, 'ada/hello')).map(({ decision }) => decision)
  const ref = '/repos/{owner}/{repo}/git/ref/{ref}'
  github.instead.set(ref, [
    { status: 502, body: { message: 'Bad gateway' } },
    { status: 403, body: { message: 'No' } },
  ])
  bot = await start()
  await deliver(bot.port)
  await expect.poll(told, { timeout: 10_000, interval: 10 }).toEqual(['waits: it failed, and is tried again'])
  await expect.poll(told, { timeout: 10_000 }).toEqual(['refused with 403'])
})
