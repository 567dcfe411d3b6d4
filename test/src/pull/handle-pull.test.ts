import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDeployment } from '../../../contract/store/deployments.ts'
import { targetStanding } from '../../../contract/store/micros.ts'
import { readPullComment } from '../../../contract/store/reports/pull-comments.ts'
import { pullStage, shaC, shaD, type PullStage } from '../support/pull-stage.ts'
import { sampleBase, sampleConfig } from '../support/samples.ts'

let stage: PullStage

beforeEach(async () => {
  stage = await pullStage()
  stage.commit(shaC, { 'micro.yml': 'v: 1\n' })
  stage.commit(shaD, { 'micro.yml': 'v: 1\n' })
  stage.pull()
})
afterEach(() => {
  stage[Symbol.dispose]()
})

describe('an open pull request', () => {
  it('gets a preview of each micro of its head, with a job for the runner and a report', async () => {
    stage.commit(shaC, { 'micro.yml': 'v: 1\nmicros:\n  - src: api\n  - src: web\n' })
    await stage.event()
    expect(await stage.previews()).toEqual(['34/api/pr-5', '34/web/pr-5'])
    const api = await stage.newest('34/api/pr-5')
    const target = { kind: 'preview', pull: 5, fork: false, secrets: 'preview' }
    expect(api).toMatchObject({ sha: shaC, state: 'queued', branch: 'topic', target })
    expect(await stage.waiting()).toHaveLength(2)
    expect(await stage.reports()).toContainEqual({ kind: 'deployment', deploymentId: api?.id })
  })

  it('is not deployed twice at the same commit, whatever else happens to it', async () => {
    const [sequence, receivedAtMs] = [7, stage.nowMs]
    await stage.event({ sequence, receivedAtMs })
    await stage.event({ sequence, receivedAtMs })
    const first = await stage.newest()
    await stage.event()
    await stage.goLive()
    await stage.event()
    expect(await stage.newest()).toMatchObject({ id: first?.id, state: 'live' })
    expect(await stage.parts.queues.work.getJobCountByTypes('waiting')).toBe(1)
  })

  it('is deployed again when it is pushed to, by force as well', async () => {
    await stage.event()
    const first = await stage.newest()
    stage.pull({ sha: shaD })
    await stage.event()
    expect(await stage.newest()).toMatchObject({ sha: shaD, state: 'queued' })
    await stage.goLive()
    stage.pull({ sha: shaC })
    await stage.event()
    const again = await stage.newest()
    expect(again).toMatchObject({ sha: shaC, state: 'queued' })
    expect(again?.id).not.toBe(first?.id)
  })

  it('says on a commit that was overtaken before its turn by which one', async () => {
    stage.pull({ sha: shaD })
    await stage.event({ told: { updatedAtMs: Date.parse('2025-12-31T23:59:59Z'), sha: shaC, open: true } })
    expect((await stage.newest())?.sha).toBe(shaD)
    const words = { kind: 'commit', sha: shaC, state: 'error', description: 'Superseded by ddddddd' }
    expect(await stage.reports()).toContainEqual(expect.objectContaining(words))
  })

  it('is not tried again at a commit that failed, unless somebody asks for it', async () => {
    await stage.event()
    const { id } = await stage.goLive()
    await stage.parts.store.redis.hset(stage.parts.store.keys.deployment(id), 'state', 'failed')
    await stage.event()
    expect((await stage.newest())?.id).toBe(id)
    await stage.event({ asked: { by: 'ada', sha: shaC } })
    expect(await stage.newest()).toMatchObject({ sha: shaC, state: 'queued' })
  })

  it('loses the previews of micros that its config file names no more', async () => {
    stage.commit(shaC, { 'micro.yml': 'v: 1\nmicros:\n  - src: api\n  - src: web\n' })
    await stage.event()
    await stage.goLive('34/api/pr-5')
    stage.commit(shaD, { 'micro.yml': 'v: 1\nmicros:\n  - src: web\n' })
    stage.pull({ sha: shaD })
    await stage.event()
    expect(await stage.previews()).toEqual(['34/web/pr-5'])
    expect((await stage.newest('34/api/pr-5'))?.state).toBe('destroyed')
  })

  it('keeps its previews when its config file is wrong, and says so on the commit', async () => {
    await stage.event()
    await stage.goLive()
    stage.commit(shaD, { 'micro.yml': 'v: 1\nruntme: x\n' })
    stage.pull({ sha: shaD })
    await stage.event()
    expect((await stage.newest())?.state).toBe('live')
    expect(await stage.reports()).toContainEqual(
      expect.objectContaining({ kind: 'commit', sha: shaD, context: 'micropush/hello', state: 'failure' }),
    )
  })

  it('is told what is wrong on the contexts that people look at', async () => {
    stage.commit(shaC, { 'micro.yml': 'v: 1\nruntme: x\n' })
    await createDeployment(stage.parts.store, sampleBase({ config: sampleConfig({ name: 'shop' }) }))
    await stage.event()
    const contexts = (await stage.reports()).map((job) => (job as { context?: string }).context)
    expect(contexts.filter((one) => one !== undefined)).toEqual(['micropush/shop'])
  })

  it('is told when another repository of the owner has a micro of that name', async () => {
    await createDeployment(stage.parts.store, sampleBase({ repositoryId: 99 }))
    await stage.event()
    expect(await stage.previews()).toEqual([])
    const description = expect.stringContaining('"hello" is taken by another repository of ada') as string
    expect(await stage.reports()).toContainEqual(expect.objectContaining({ state: 'failure', description }))
  })

  it('gets a comment unless the config file says that there is to be none', async () => {
    const wanted = async () => (await readPullComment(stage.parts.store, { repositoryId: 34, pull: 5 })).wanted
    await stage.event()
    expect(await wanted()).toBe(true)
    stage.commit(shaD, { 'micro.yml': 'v: 1\npreviews:\n  comment: false\n' })
    stage.pull({ sha: shaD })
    await stage.event()
    expect(await wanted()).toBe(false)
  })

  it('has previews of its own beside those of another one, and beside production at the same commit', async () => {
    const live = sampleBase({ sha: shaC })
    await createDeployment(stage.parts.store, live)
    await stage.goLive('34/hello')
    stage.pull({ branch: 'main' }, 6)
    await stage.event()
    await stage.event({ pull: 6 })
    expect(await stage.previews()).toEqual(['34/hello/pr-5', '34/hello/pr-6'])
    stage.pull({ open: false, branch: 'main' }, 6)
    await stage.event({ pull: 6 })
    expect(await stage.previews()).toEqual(['34/hello/pr-5'])
    expect((await targetStanding(stage.parts.store, '34/hello')).live?.id).toBe(live.id)
  })
})

describe('a pull request that is closed', () => {
  it('loses its previews, and they come back when it is opened again', async () => {
    await stage.event()
    const { id } = await stage.goLive()
    stage.pull({ open: false })
    await stage.event()
    expect(await stage.previews()).toEqual([])
    expect(await stage.newest()).toMatchObject({ id, state: 'destroyed' })
    const ends = await stage.parts.queues.end.getJobs(['waiting'])
    expect(ends.map((job) => job.data as unknown)).toEqual([{ kind: 'destroy', deploymentIds: [id] }])
    stage.pull()
    await stage.event()
    expect(await stage.newest()).toMatchObject({ sha: shaC, state: 'queued' })
    expect((await stage.newest())?.id).not.toBe(id)
  })

  it('loses them although previews were switched off in between, or GitHub knows nothing of it any more', async () => {
    for (const gone of ['switched off', 'unknown']) {
      stage.pull()
      await stage.event()
      await stage.goLive()
      stage.commit(shaD, { 'micro.yml': 'v: 1\npreviews: off\n' }, 'main')
      if (gone === 'unknown') stage.github.pulls.clear()
      else stage.pull({ open: false, sha: shaD })
      await stage.event()
      expect(await stage.previews(), gone).toEqual([])
    }
  })

  it('is not taken for gone because of one wrong answer of GitHub’s', async () => {
    await stage.event()
    await stage.goLive()
    const path = '/repos/{owner}/{repo}/pulls/{pull_number}'
    stage.github.instead.set(path, [{ status: 404, body: { message: 'Not Found' } }])
    await stage.event()
    expect(await stage.previews()).toEqual(['34/hello/pr-5'])
  })

  it('is not deployed by an event that comes late', async () => {
    stage.pull({ open: false })
    const told = { updatedAtMs: Date.parse('2025-12-31T23:59:59Z'), sha: shaC, open: true }
    await stage.event({ told })
    expect(await stage.newest()).toBeUndefined()
  })
})

describe("GitHub's API that does not show yet what its event told", () => {
  const told = { updatedAtMs: Date.parse('2026-01-01T00:00:01Z'), sha: shaD, open: true }

  it('is asked again later, and believed after half a minute', async () => {
    const receivedAtMs = stage.nowMs
    expect(await stage.event({ told, receivedAtMs })).toMatchObject({ kind: 'later' })
    stage.nowMs += 31_000
    expect(await stage.event({ told, receivedAtMs })).toMatchObject({ kind: 'done' })
    expect(await stage.newest()).toMatchObject({ sha: shaC })
  })

  it('is asked again when two things happened within the second that it shows', async () => {
    stage.pull({ updatedAt: '2026-01-01T00:00:01Z' })
    expect(await stage.event({ told })).toMatchObject({ kind: 'later' })
    expect(await stage.event({ told: { ...told, sha: shaC, open: false } })).toMatchObject({ kind: 'later' })
    expect(await stage.event({ told: { ...told, sha: shaC } })).toMatchObject({ kind: 'done' })
  })
})
