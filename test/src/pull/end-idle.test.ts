import { afterEach, beforeEach, expect, it } from 'vitest'
import { notePreviewUse } from '../../../contract/store/preview-uses.ts'
import { createKeyedLock } from '../../../src/jobs/keyed-lock.ts'
import { endIdlePreviews } from '../../../src/pull/end-idle.ts'
import { pullStage, shaC, shaD, type PullStage } from '../support/pull-stage.ts'

const HOUR_MS = 3600_000
const DAY_MS = 24 * HOUR_MS
const key = '34/hello/pr-5'
let stage: PullStage

beforeEach(async () => {
  stage = await pullStage()
  stage.commit(shaC, { 'micro.yml': 'v: 1\n' })
  stage.commit(shaD, { 'micro.yml': 'v: 1\npreviews:\n  ttl: 36h\n' })
  stage.pull()
  await stage.event()
})
afterEach(() => {
  stage[Symbol.dispose]()
})

const look = (afterMs: number) => {
  const deps = { ...stage.parts, lock: createKeyedLock(), now: () => stage.nowMs + afterMs }
  return endIdlePreviews(deps)
}

it('a preview ends when nobody asked it for anything for seven days, and says how it comes back', async () => {
  await stage.goLive()
  await look(7 * DAY_MS - 1)
  expect(await stage.previews()).toEqual([key])
  await look(7 * DAY_MS + 1)
  expect(await stage.previews()).toEqual([])
  const words = 'Ended after 7 idle days; push or /deploy to get it back'
  const newest = await stage.newest()
  expect(newest).toMatchObject({ state: 'destroyed', outcome: { ended: { why: 'idle', words } } })
  expect(await stage.reports()).toContainEqual({ kind: 'deployment', deploymentId: newest?.id })
  await stage.event()
  expect((await stage.newest())?.state).toBe('destroyed')
  await stage.event({ asked: { by: 'ada', sha: shaC } })
  expect((await stage.newest())?.state).toBe('queued')
})

it('the time begins anew with each use, and is what the config file says', async () => {
  stage.pull({ sha: shaD })
  await stage.event()
  await stage.goLive()
  await notePreviewUse(stage.parts.store, [key], stage.nowMs + 35 * HOUR_MS)
  await look(70 * HOUR_MS)
  expect(await stage.previews()).toEqual([key])
  await look(72 * HOUR_MS)
  expect((await stage.newest())?.outcome.ended?.words).toMatch(/after 36 idle hours;/)
})

it('one that is built or waits for approval is left alone, however long that takes', async () => {
  await look(30 * DAY_MS)
  expect((await stage.newest())?.state).toBe('queued')
})

it('what is left of one that ended with its pull request is forgotten', async () => {
  await stage.goLive()
  stage.pull({ open: false })
  await stage.event()
  await look(8 * DAY_MS)
  expect((await stage.newest())?.outcome.ended).toBeUndefined()
  const { redis, keys } = stage.parts.store
  expect([await redis.zcard(keys.previewUses), await redis.hlen(keys.previewTtls)]).toEqual([0, 0])
})

it('a use that is noted late does not take back a later one', async () => {
  await stage.goLive()
  await notePreviewUse(stage.parts.store, [key], stage.nowMs + DAY_MS)
  await notePreviewUse(stage.parts.store, [key], stage.nowMs - DAY_MS)
  await look(7.5 * DAY_MS)
  expect(await stage.previews()).toEqual([key])
})
