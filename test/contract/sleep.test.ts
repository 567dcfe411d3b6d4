import { expect, it } from 'vitest'
import type { MicroConfig } from '../../contract/config.ts'
import { deploymentBase } from '../../contract/deployment.ts'
import { sleepPolicy } from '../../contract/sleep.ts'
import { newestBase } from '../support/deployment.ts'
import { openTestStore } from '../support/store.ts'

const settings = { idleMs: 3000, evictMs: 1_800_000 }
const store = await openTestStore()

async function policyOf(asked: Pick<MicroConfig, 'sleep' | 'scale'>, where: 'production' | 'elsewhere' = 'production') {
  const base = await newestBase(store)
  // As it comes back from its record.
  const read = deploymentBase.parse(JSON.parse(JSON.stringify({ ...base, config: { ...base.config, ...asked } })))
  return sleepPolicy(read, { settings, inProduction: where === 'production' })
}

it('what asks for nothing, and so every record of old, has the operator’s times and one sandbox', async () => {
  expect(await policyOf({})).toEqual({ idleMs: 3000, coldMs: 1_800_000, scale: { max: 1, concurrency: 50 } })
})

it('in production the file lengthens and shortens each time by itself', async () => {
  expect(await policyOf({ sleep: { idleMs: 600_000 } })).toMatchObject({ idleMs: 600_000, coldMs: 1_800_000 })
  expect(await policyOf({ sleep: { coldMs: 1000 } })).toMatchObject({ idleMs: 3000, coldMs: 1000 })
  expect(await policyOf({ sleep: { idleMs: 'never' } })).toMatchObject({ idleMs: Infinity })
  expect(await policyOf({ scale: { max: 4, concurrency: 10 } })).toMatchObject({ scale: { max: 4, concurrency: 10 } })
})

it('a preview, and what production leads to no more, sleep as usual at the latest, and have one sandbox', async () => {
  const asked = { sleep: { idleMs: 'never', coldMs: 86_400_000 }, scale: { max: 4, concurrency: 10 } } as const
  const usual = { idleMs: 3000, coldMs: 1_800_000, scale: { max: 1, concurrency: 10 } }
  expect(await policyOf(asked, 'elsewhere')).toEqual(usual)
  expect(await policyOf({ sleep: { idleMs: 500 } }, 'elsewhere')).toMatchObject({ idleMs: 500 })
})
