import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pullStage, shaC, shaD, type PullStage } from '../support/pull-stage.ts'

let stage: PullStage

beforeEach(async () => {
  stage = await pullStage()
})
afterEach(() => {
  stage[Symbol.dispose]()
})

const skipped = async (key?: string) => (await stage.standing(key)).skipped

describe('a pull request that is to have no previews', () => {
  it.each([
    ['drafts: false', { draft: true }, 'Drafts get no previews here (previews.drafts: false)'],
    ['bots: false', { bot: true }, 'Pull requests of bots get no previews here (previews.bots: false)'],
    ['labels: [preview]', { labels: ['bug'] }, 'No preview without the label "preview" (previews.labels)'],
  ])('gets words on its commit, and what runs ends: %s', async (rule, is, detail) => {
    stage.commit(shaC, { 'micro.yml': `v: 1\npreviews:\n  ${rule}\n` })
    stage.pull({ labels: ['preview'] })
    await stage.event()
    await stage.goLive()
    stage.pull(is)
    await stage.event()
    expect(await stage.previews()).toEqual([])
    expect((await stage.newest())?.state).toBe('destroyed')
    expect(await skipped()).toMatchObject({ state: 'skipped', sha: shaC, outcome: { detail } })
    expect(await stage.reports()).toContainEqual({ kind: 'deployment', deploymentId: (await skipped())?.id })
    stage.pull({ labels: ['preview'] })
    await stage.event()
    expect((await stage.newest())?.state).toBe('queued')
  })

  it('gets the words where previews are off', async () => {
    stage.commit(shaC, { 'micro.yml': 'v: 1\npreviews: off\n' })
    stage.pull()
    await stage.event()
    expect((await skipped())?.outcome.detail).toBe('Previews are off in this repository (previews: off)')
    await stage.event({ asked: { by: 'ada', sha: shaC } })
    expect(await stage.newest()).toBeUndefined()
  })

  it('is noted once for a commit, however many events come', async () => {
    stage.commit(shaC, { 'micro.yml': 'v: 1\npreviews:\n  drafts: false\n' })
    stage.pull({ draft: true })
    for (let events = 0; events < 3; events += 1) await stage.event()
    expect(await stage.parts.store.redis.keys('*:deployment:*')).toHaveLength(1)
  })

  it('gets them when somebody asks for that commit', async () => {
    stage.commit(shaC, { 'micro.yml': 'v: 1\npreviews:\n  drafts: false\n' })
    stage.pull({ draft: true })
    await stage.event()
    await stage.event({ asked: { by: 'ada', sha: shaD } })
    expect(await stage.newest()).toBeUndefined()
    await stage.event({ asked: { by: 'ada', sha: shaC } })
    expect((await stage.newest())?.state).toBe('queued')
  })
})

describe('a commit whose message asks to be skipped', () => {
  it('gets words, and the commit before it stays live', async () => {
    stage.commit(shaC, { 'micro.yml': 'v: 1\n' })
    stage.commit(shaD, { 'micro.yml': 'v: 1\n' })
    stage.github.messages.set(shaD, 'Mend a comma [skip ci]')
    stage.pull()
    await stage.event()
    const live = await stage.goLive()
    stage.pull({ sha: shaD })
    await stage.event()
    expect(await stage.standing()).toMatchObject({
      live: { id: live.id },
      skipped: { sha: shaD, outcome: { detail: "[skip ci] in the commit's message" } },
    })
    await stage.event({ asked: { by: 'ada', sha: shaD } })
    expect(await stage.newest()).toMatchObject({ sha: shaD, state: 'queued' })
  })
})

describe('micros with paths', () => {
  const files = { 'micro.yml': 'v: 1\nmicros:\n  - src: api\n    paths: [api]\n  - src: web\n    paths: [web]\n' }

  beforeEach(() => {
    stage.commit(shaC, files)
    stage.commit(shaD, files)
  })

  it('get a preview when the pull request changes anything of theirs', async () => {
    stage.pull({ files: ['api/index.js'] })
    const told = 'deploys api at ccccccc; web skipped: Nothing that matches paths: changed'
    expect(await stage.event()).toEqual({ kind: 'done', what: told })
    expect(await stage.previews()).toEqual(['34/api/pr-5'])
    expect(await skipped('34/web/pr-5')).toMatchObject({ outcome: { detail: 'Nothing that matches paths: changed' } })
  })

  it('are compared with what is live, so that nothing skipped or failed in between is forgotten', async () => {
    stage.pull({ files: ['api/index.js'] })
    await stage.event()
    await stage.goLive('34/api/pr-5')
    stage.github.compared.set(`${shaC}...${shaD}`, 'ahead')
    stage.github.differing.set(`${shaC}...${shaD}`, ['README.md'])
    stage.pull({ sha: shaD, files: ['api/index.js', 'README.md'] })
    await stage.event()
    expect(await stage.standing('34/api/pr-5')).toMatchObject({
      newest: { sha: shaC, state: 'live' },
      skipped: { sha: shaD },
    })
    expect((await skipped('34/web/pr-5'))?.sha).toBe(shaD)
  })

  it('are deployed while a commit is under way that this one may take back', async () => {
    stage.pull({ files: ['api/index.js'] })
    await stage.event()
    stage.pull({ sha: shaD, files: [] })
    await stage.event()
    expect(await stage.newest('34/api/pr-5')).toMatchObject({ sha: shaD, state: 'queued' })
  })

  it('are looked at anew when the pull request is pointed at another base', async () => {
    stage.pull({ files: ['README.md'] })
    await stage.event()
    expect(await stage.previews()).toEqual([])
    stage.pull({ base: 'next', files: ['README.md', 'web/index.js'] })
    await stage.event()
    expect(await stage.previews()).toEqual(['34/web/pr-5'])
  })
})
