import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { notePreviewUse } from '../../../contract/store/preview-uses.ts'
import { chooseToEnd } from '../../../src/pull/room/choose-to-end.ts'
import { pullStage, shaC, shaD, type PullStage } from '../support/pull-stage.ts'

const MINUTE_MS = 60_000

describe('which previews go when there are too many', () => {
  const nowMs = 100 * MINUTE_MS
  const one = (key: string, lastUseMs: number, building = false) => ({ key, lastUseMs, building })
  const keys = (count: number, ...placed: readonly ReturnType<typeof one>[]) =>
    chooseToEnd(placed, count, nowMs).map(({ key }) => key)

  it('are those that were used least lately', () => {
    expect(keys(2, one('new', 90 * MINUTE_MS), one('oldest', 0), one('old', MINUTE_MS))).toEqual(['oldest', 'old'])
  })

  it('are not those that are built or in use, when others can go', () => {
    expect(keys(1, one('built', 0, true), one('used', nowMs), one('idle', 50 * MINUTE_MS))).toEqual(['idle'])
    expect(keys(2, one('built', 0, true), one('used', nowMs), one('idle', 50 * MINUTE_MS))).toEqual(['idle', 'used'])
    expect(keys(3, one('built', 0, true), one('used', nowMs), one('idle', 50 * MINUTE_MS))).toHaveLength(3)
  })

  it('are none when there is room', () => {
    expect(keys(-1, one('a', 0))).toEqual([])
  })
})

describe('a repository with as many previews as it may have', () => {
  let stage: PullStage
  beforeEach(async () => {
    stage = await pullStage()
    for (const sha of [shaC, shaD]) stage.commit(sha, { 'micro.yml': 'v: 1\npreviews:\n  max: 2\n' })
    for (const pull of [1, 2]) {
      stage.pull({}, pull)
      await stage.event({ pull })
      await stage.goLive(`34/hello/pr-${pull}`)
      stage.nowMs += 10 * MINUTE_MS
    }
    stage.pull({}, 3)
  })
  afterEach(() => {
    stage[Symbol.dispose]()
  })

  it('gives the place of the one that was idle longest, and says why on it', async () => {
    await notePreviewUse(stage.parts.store, ['34/hello/pr-1'], stage.nowMs)
    stage.nowMs += 10 * MINUTE_MS
    await stage.event({ pull: 3 })
    expect(await stage.previews()).toEqual(['34/hello/pr-1', '34/hello/pr-3'])
    const words = 'Ended to make room for other pull requests (previews.max: 2); push or /deploy to get it back'
    expect((await stage.newest('34/hello/pr-2'))?.outcome.ended).toEqual({ why: 'room', words })
  })

  it('does not let what was ended come back by itself, only by a push, a request, or being opened again', async () => {
    const key = '34/hello/pr-1'
    await stage.event({ pull: 3 })
    await stage.event({ pull: 1 })
    expect((await stage.newest(key))?.state).toBe('destroyed')
    await stage.event({ pull: 1, asked: { by: 'ada', sha: shaC } })
    expect((await stage.newest(key))?.state).toBe('queued')
    expect(await stage.previews()).toEqual([key, '34/hello/pr-3'])
    stage.pull({ sha: shaD }, 2)
    await stage.event({ pull: 2 })
    expect(await stage.newest('34/hello/pr-2')).toMatchObject({ sha: shaD, state: 'queued' })
    await stage.goLive('34/hello/pr-2')
    stage.pull({ open: false }, 3)
    await stage.event({ pull: 3 })
    stage.pull({}, 3)
    await stage.event({ pull: 3 })
    expect((await stage.newest('34/hello/pr-3'))?.state).toBe('queued')
  })

  it('ends nobody for what waits for approval, which any stranger can bring', async () => {
    stage.pull({ fork: true }, 3)
    expect(await stage.event({ pull: 3 })).toEqual({ kind: 'done', what: 'hello at ccccccc waits for approval' })
    expect((await stage.newest('34/hello/pr-3'))?.state).toBe('held')
    expect(await stage.previews()).toEqual(['34/hello/pr-1', '34/hello/pr-2', '34/hello/pr-3'])
  })

  it('ends nobody for a newer commit of what is there already', async () => {
    stage.pull({ sha: shaD }, 2)
    await stage.event({ pull: 2 })
    expect(await stage.previews()).toEqual(['34/hello/pr-1', '34/hello/pr-2'])
  })

  it('says so to the micros of a pull request that has more of them than there may be', async () => {
    const micros = ['a', 'b', 'c'].map((src) => `  - src: ${src}\n`).join('')
    stage.commit(shaC, { 'micro.yml': `v: 1\npreviews:\n  max: 2\nmicros:\n${micros}` })
    const told = await stage.event({ pull: 3 })
    expect(await stage.previews()).toEqual(['34/a/pr-3', '34/b/pr-3'])
    const detail = 'There is no place for another preview (previews.max: 2)'
    expect(told).toEqual({ kind: 'done', what: `deploys a, b at ccccccc; c skipped: ${detail}` })
    expect((await stage.standing('34/c/pr-3')).skipped?.outcome).toEqual({ detail })
  })
})
