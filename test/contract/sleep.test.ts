import { expect, it } from 'vitest'
import type { MicroConfig } from '../../contract/config.ts'
import { deploymentBase, production, type Target } from '../../contract/deployment.ts'
import { sleepPolicy, type SleepPolicy } from '../../contract/sleep.ts'
import { newestBase } from '../support/deployment.ts'
import { openTestStore } from '../support/store.ts'

const settings = { idleMs: 3000, evictMs: 1_800_000 }
const store = await openTestStore()

const preview: Target = { kind: 'preview', pull: 7, fork: false, secrets: 'preview' }

interface Where {
  readonly target?: Target
  readonly isNewest?: boolean
}

async function policyOf(
  asked: Pick<MicroConfig, 'sleep' | 'scale'>,
  { target = production, isNewest = true }: Where = {},
): Promise<SleepPolicy> {
  const base = await newestBase(store)
  // As it comes back from its record.
  const read = deploymentBase.parse(
    JSON.parse(JSON.stringify({ ...base, target, config: { ...base.config, ...asked } })),
  )
  return sleepPolicy(read, { settings, isNewest })
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

it.each([
  ['a preview', { target: preview }, 1_800_000],
  ['what a newer deployment has replaced', { isNewest: false }, 60_000],
  ['a preview that was pushed to again', { target: preview, isNewest: false }, 60_000],
])('%s sleeps as usual at the latest, and has one sandbox', async (_, where, coldMs) => {
  const asked = { sleep: { idleMs: 'never', coldMs: 86_400_000 }, scale: { max: 4, concurrency: 10 } } as const
  const usual = { idleMs: 3000, coldMs, scale: { max: 1, concurrency: 10 } }
  expect(await policyOf(asked, where)).toEqual(usual)
  expect(await policyOf({ sleep: { idleMs: 500 } }, where)).toMatchObject({ idleMs: 500 })
})
