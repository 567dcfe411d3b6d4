import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStore } from '../../../contract/store/connect.ts'
import { noteDelivery } from '../../../contract/store/repository/deliveries.ts'
import { micropush } from '../../journey/support/command.ts'
import { startTestRedis, type TestRedis } from '../../support/redis.ts'

let redis: TestRedis
beforeAll(async () => {
  redis = await startTestRedis()
})
afterAll(() => redis[Symbol.asyncDispose]())

it('lists what GitHub told of a repository, the newest first, without what would disturb a terminal', async () => {
  const address = { redis: redis.socket, redisPrefix: 'test' }
  const store = openStore(address)
  const delivery = { fullName: 'Ada/Shop', event: 'push', decision: 'deploys hello at 1234567' }
  await noteDelivery(store, { ...delivery, deliveryId: 'one', about: 'main', atMs: 1_700_000_000_000 })
  await noteDelivery(store, { ...delivery, deliveryId: 'two', about: 'x\u001b[31my', atMs: 1_700_000_060_000 })
  store.redis.disconnect()
  const env = { MICROPUSH_REDIS: redis.socket, MICROPUSH_REDIS_PREFIX: 'test' }
  const { code, stdout } = await micropush(env, ['deliveries', 'ada/shop'])
  expect(code).toBe(0)
  expect(stdout.trim().split('\n').slice(1)).toEqual([
    expect.stringMatching(/^2023-11-14 22:14:20 {2}push {3}xy {4}deploys hello at 1234567 {2}two$/) as string,
    expect.stringMatching(/^2023-11-14 22:13:20 {2}push {3}main {2}deploys hello at 1234567 {2}one$/) as string,
  ])
  expect((await micropush(env, ['deliveries', 'ada/none'])).stdout).toContain('Is the App installed there?')
  expect((await micropush(env, ['deliveries'])).code).toBe(2)
})
