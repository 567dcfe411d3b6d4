import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStore, type Store } from '../../../contract/store/connect.ts'
import {
  createDeployment,
  ENDED_TTL_SECONDS,
  nextSequence,
  transitionDeployment,
} from '../../../contract/store/deployments.ts'
import { endTarget, retireDeployments } from '../../../contract/store/micros.ts'
import { readTold, tell, tellOnce } from '../../../contract/store/reports/told.ts'
import { sampleBase } from '../../src/support/samples.ts'
import { startTestRedis, type TestRedis } from '../../support/redis.ts'

let server: TestRedis
let store: Store

beforeAll(async () => {
  server = await startTestRedis()
  store = openStore({ redis: server.socket, redisPrefix: 'test' })
})
afterAll(async () => {
  store.redis.disconnect()
  await server[Symbol.asyncDispose]()
})

async function queued() {
  const base = { ...sampleBase(), sequence: await nextSequence(store) }
  expect((await createDeployment(store, base)).kind).toBe('created')
  return base
}

const targetKey = '34/hello'
const secondsLeft = (id: string) => store.redis.ttl(store.keys.told(id))

it('what GitHub was told of a deployment goes with its record once that has ended', async () => {
  const { id, sequence } = await queued()
  await tell(store, { deploymentId: id, field: 'a', value: '1' })
  expect(await secondsLeft(id)).toBeGreaterThan(300 * 24 * 3600)
  await endTarget(store, { targetKey, sequence })
  await tell(store, { deploymentId: id, field: 'a', value: '2' })
  await tellOnce(store, { deploymentId: id, field: 'b' })
  expect(await readTold(store, id)).toEqual({ a: '2', b: '1' })
  expect(await secondsLeft(id)).toBeLessThanOrEqual(ENDED_TTL_SECONDS)
})

it('what was told of one that there is no record of goes within a day', async () => {
  await tell(store, { deploymentId: `d${'0'.repeat(30)}`, field: 'a', value: '1' })
  expect(await secondsLeft(`d${'0'.repeat(30)}`)).toBeLessThanOrEqual(24 * 3600)
})

it('of what fails again and again the oldest records go, and all that was told of them', async () => {
  for (let i = 0; i < 30; i += 1) {
    const { id } = await queued()
    await transitionDeployment(store, { id, from: ['queued'], to: 'failed' })
    await tell(store, { deploymentId: id, field: 'a', value: '1' })
    await retireDeployments(store, targetKey)
  }
  const records = await store.redis.keys(store.keys.deployment('*'))
  const told = await store.redis.keys(store.keys.told('d[^0]*'))
  expect(told.length).toBeLessThanOrEqual(records.length)
  expect(records.length).toBeLessThanOrEqual(21)
})
