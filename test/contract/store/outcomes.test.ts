import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import {
  getDeployment,
  transitionDeployment,
  createDeployment,
  skipDeployment,
} from '../../../contract/store/deployments.ts'
import { openStore, type Store } from '../../../contract/store/connect.ts'
import { endTarget, publishDeployment } from '../../../contract/store/micros.ts'
import { readOutcomes } from '../../../contract/store/outcomes.ts'
import { targetKey } from '../../../contract/target-key.ts'
import { newestBase } from '../../support/deployment.ts'
import { startTestRedis, type TestRedis } from '../../support/redis.ts'

let redis: TestRedis
let store: Store
beforeAll(async () => {
  redis = await startTestRedis()
  store = openStore({ redis: redis.socket, redisPrefix: 'test' })
})
beforeEach(() => store.redis.flushdb())
afterAll(async () => {
  store.redis.disconnect()
  await redis[Symbol.asyncDispose]()
})

async function queued() {
  const base = await newestBase(store)
  await createDeployment(store, base)
  const found = await getDeployment(store, base.id)
  if (found === undefined) throw new Error('it was just made')
  return found
}

it('each way in which a deployment ends is counted', async () => {
  await queued()
  const live = await queued()
  await transitionDeployment(store, { id: live.id, from: ['queued'], to: 'starting' })
  await publishDeployment(store, { deployment: live, hosts: ['hello.localhost'], outcome: {} })
  const failed = await queued()
  const error = { code: 'build-failed', message: 'It does not build.' } as const
  await transitionDeployment(store, { id: failed.id, from: ['queued'], to: 'failed', outcome: { error } })
  await skipDeployment(store, await newestBase(store), 'nothing changed')
  const { sequence } = await queued()
  await endTarget(store, { targetKey: targetKey(live), sequence })
  const outcomes = await readOutcomes(store)
  expect(outcomes.toSorted((a, b) => a.end.localeCompare(b.end))).toEqual([
    { end: 'cancelled', code: '', count: 1 },
    { end: 'failed', code: 'build-failed', count: 1 },
    { end: 'live', code: '', count: 1 },
    { end: 'skipped', code: '', count: 1 },
    { end: 'superseded', code: '', count: 1 },
  ])
})

it('a command that is sent twice, and one that changes nothing, count once', async () => {
  const { id } = await queued()
  const end = { id, from: ['queued'], to: 'cancelled' } as const
  expect(await transitionDeployment(store, end)).toBe(true)
  expect(await transitionDeployment(store, end)).toBe(true)
  expect(await transitionDeployment(store, { ...end, to: 'failed' })).toBe(false)
  expect(await readOutcomes(store)).toEqual([{ end: 'cancelled', code: '', count: 1 }])
})

it('states on the way are no ends', async () => {
  const { id } = await queued()
  await transitionDeployment(store, { id, from: ['queued'], to: 'fetching' })
  expect(await readOutcomes(store)).toEqual([])
})
