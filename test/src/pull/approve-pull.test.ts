import { afterEach, beforeEach, expect, it } from 'vitest'
import { getDeployment, transitionDeployment } from '../../../contract/store/deployments.ts'
import { readLog } from '../../../contract/store/logs/deployment-logs.ts'
import { approvePull } from '../../../src/pull/approve-pull.ts'
import { pullStage, shaC, shaD, type PullStage } from '../support/pull-stage.ts'
import { shaA } from '../support/samples.ts'

let stage: PullStage

beforeEach(async () => {
  stage = await pullStage()
  stage.commit(shaA, { 'micro.yml': 'v: 1\npreviews:\n  max: 1\n' }, 'main')
  stage.commit(shaC, { 'micro.yml': 'v: 1\n' })
  stage.commit(shaD, { 'micro.yml': 'v: 1\n' })
  stage.pull({ fork: true })
  await stage.event()
})
afterEach(() => {
  stage[Symbol.dispose]()
})

const approve = (sha = shaC, pull = 5) =>
  approvePull({ ...stage.parts, now: () => stage.nowMs }, { repositoryId: 34, pull, sha, by: 'ada' })

it('queues what was held of that commit, and says by whom', async () => {
  const held = await stage.newest()
  expect(await approve()).toEqual({ kind: 'approved', micros: ['hello'] })
  const queued = await getDeployment(stage.parts.store, held?.id ?? '')
  expect(queued).toMatchObject({ state: 'queued', sha: shaC, outcome: { approvedBy: 'ada' } })
  expect(await stage.waiting()).toEqual([held?.id])
  expect(await readLog(stage.parts.store, held?.id ?? '')).toContain('Approved by ada')
  expect(await stage.reports()).toHaveLength(2)
})

it('is for that one commit: a newer one waits, and the old one can be approved no more', async () => {
  stage.pull({ fork: true, sha: shaD })
  const why = 'ccccccc is not the newest commit of #5; look at ddddddd and approve that'
  expect(await approve(shaC)).toEqual({ kind: 'refused', why })
  expect(await approve(shaD)).toMatchObject({ kind: 'refused', why: expect.stringMatching(/try again/) as string })
  await stage.event()
  expect(await approve(shaC)).toEqual({ kind: 'refused', why })
  expect(await stage.newest()).toMatchObject({ state: 'held', sha: shaD })
  expect(await approve(shaD)).toMatchObject({ kind: 'approved' })
})

it('is refused when nothing waits, and when the pull request is closed', async () => {
  expect(await approve(shaC, 6)).toMatchObject({ kind: 'refused', why: 'Nothing of #6 waits for approval' })
  stage.pull({ fork: true, open: false })
  expect(await approve()).toEqual({ kind: 'refused', why: '#5 is closed' })
  expect((await stage.newest())?.state).toBe('held')
})

it('lets nothing through twice', async () => {
  await approve()
  expect(await approve()).toMatchObject({ kind: 'refused', why: 'Nothing of #5 waits for approval' })
  await stage.event()
  expect(await stage.waiting()).toHaveLength(1)
})

it('takes the place of the preview that was idle longest, while what is held takes none', async () => {
  stage.pull({}, 6)
  stage.commit(shaC, { 'micro.yml': 'v: 1\npreviews:\n  max: 1\n' })
  await stage.event({ pull: 6 })
  await stage.goLive('34/hello/pr-6')
  expect((await stage.newest())?.state).toBe('held')
  await approve()
  expect(await stage.previews()).toEqual(['34/hello/pr-5'])
  expect(await stage.newest('34/hello/pr-6')).toMatchObject({ state: 'destroyed', outcome: { ended: { why: 'room' } } })
})

it('is not given by who asked before the commit was there', async () => {
  const receivedAtMs = stage.nowMs
  stage.nowMs += 1000
  stage.pull({ fork: true, sha: shaD })
  await stage.event()
  await stage.event({ asked: { by: 'ada', sha: shaD }, receivedAtMs })
  expect(await stage.newest()).toMatchObject({ state: 'held', sha: shaD })
  // The comment was delivered late: it was written before the commit came, and read after it.
  await stage.event({ asked: { by: 'ada', sha: shaD, atMs: receivedAtMs }, receivedAtMs: stage.nowMs + 1000 })
  expect(await stage.newest()).toMatchObject({ state: 'held', sha: shaD })
  stage.pull({ fork: true }, 7)
  await stage.event({ pull: 7, asked: { by: 'ada', sha: shaC }, receivedAtMs })
  expect((await stage.newest('34/hello/pr-7'))?.state).toBe('held')
})

it('is given by who asks for a commit, as long as that is the head', async () => {
  await stage.event({ asked: { by: 'ada', sha: shaD } })
  expect((await stage.newest())?.state).toBe('held')
  await stage.event({ asked: { by: 'ada', sha: shaC } })
  expect(await stage.newest()).toMatchObject({ state: 'queued', outcome: { approvedBy: 'ada' } })
  const id = (await stage.newest())?.id ?? ''
  await transitionDeployment(stage.parts.store, { id, from: ['queued'], to: 'failed' })
  await stage.event({ asked: { by: 'grace', sha: shaC } })
  expect(await stage.newest()).toMatchObject({ state: 'queued', outcome: { approvedBy: 'grace' } })
})
