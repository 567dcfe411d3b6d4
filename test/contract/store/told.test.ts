import { expect, it } from 'vitest'
import {
  createDeployment,
  ENDED_TTL_SECONDS,
  nextSequence,
  transitionDeployment,
} from '../../../contract/store/deployments.ts'
import { endTarget, retireDeployments } from '../../../contract/store/micros.ts'
import { readTold, tell, tellOnce } from '../../../contract/store/reports/told.ts'
import { sampleBase } from '../../src/support/samples.ts'
import { openTestStore } from '../../support/store.ts'

const store = await openTestStore()

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

it('of what strangers asked for and nobody let through all is gone after two days', async () => {
  const target = { kind: 'preview', pull: 7, fork: true, secrets: 'preview' } as const
  const base = { ...sampleBase({ target }), sequence: await nextSequence(store) }
  await createDeployment(store, base, 'held')
  const kept = [store.keys.deployment(base.id), store.keys.micro('34/hello/pr-7'), store.keys.history('34/hello/pr-7')]
  await endTarget(store, { targetKey: '34/hello/pr-7', sequence: base.sequence })
  await tell(store, { deploymentId: base.id, field: 'a', value: '1' })
  for (const key of [...kept, store.keys.told(base.id)]) {
    expect(await store.redis.ttl(key)).toBeGreaterThan(0)
    expect(await store.redis.ttl(key)).toBeLessThanOrEqual(2 * 24 * 3600)
  }
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
