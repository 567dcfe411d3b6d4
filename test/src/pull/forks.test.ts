import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../contract/limits.ts'
import { createDeployment, getDeployment, nextSequence } from '../../../contract/store/deployments.ts'
import { readLog } from '../../../contract/store/logs/deployment-logs.ts'
import { pullStage, shaC, shaD, type PullStage } from '../support/pull-stage.ts'
import { sampleBase, shaA } from '../support/samples.ts'

let stage: PullStage

const MB = 1024 * 1024
const forks = (mode: string) =>
  `v: 1\nbuild: make\nsecrets: [TOKEN]\nlimits:\n  memory: 64MB\npreviews:\n  forks: ${mode}\n`
const greedy = 'v: 1\nbuild: evil\nsecrets: [OTHER]\nlimits:\n  memory: 500MB\npreviews:\n  forks: no-secrets\n'

beforeEach(async () => {
  stage = await pullStage()
  stage.commit(shaA, { 'micro.yml': forks('approve') }, 'main')
  stage.commit(shaC, { 'micro.yml': greedy })
  stage.pull({ fork: true })
})
afterEach(() => {
  stage[Symbol.dispose]()
})

/** What is set is of no interest here, and may be damaged. */
async function setSecrets(...fields: readonly string[]): Promise<void> {
  const { redis, keys } = stage.parts.store
  await redis.hset(keys.secrets('id:34'), ...fields.flatMap((field) => [field, '{}']))
}

describe('a pull request from a fork', () => {
  it('waits for approval unless the base branch says otherwise, whatever its own file says', async () => {
    await stage.event()
    expect(await stage.newest()).toMatchObject({
      state: 'held',
      sha: shaC,
      target: { kind: 'preview', pull: 5, fork: true, secrets: 'preview' },
      config: { build: 'evil', secrets: ['TOKEN'], limits: { memoryBytes: 64 * MB } },
    })
    expect(await stage.waiting()).toEqual([])
    expect(await stage.reports()).toHaveLength(1)
  })

  it('that is pushed to without end has its newest commit dealt with later, and none in between', async () => {
    const commits = Array.from({ length: 12 }, (_, index) => index.toString(16).repeat(40))
    const results = []
    for (const sha of commits) {
      stage.commit(sha, { 'micro.yml': greedy })
      stage.pull({ fork: true, sha })
      results.push((await stage.event()).kind)
    }
    expect(results).toEqual([...Array.from({ length: 10 }, () => 'done'), 'later', 'later'])
    expect((await stage.newest())?.sha).toBe(commits[9])
    // One that asks for it is not kept waiting.
    await stage.event({ asked: { by: 'ada', sha: commits[11] ?? '' } })
    expect((await stage.newest())?.sha).toBe(commits[11])
    const [overtaken = ''] = commits
    const told = { updatedAtMs: 0, sha: overtaken, open: true }
    await stage.event({ told, receivedAtMs: stage.nowMs - 60_000, asked: { by: 'ada', sha: commits[11] ?? '' } })
    expect(JSON.stringify(await stage.reports())).not.toContain('Superseded')
    // A pull request of one's own is not bounded so.
    for (const sha of commits) {
      stage.pull({ sha }, 6)
      expect((await stage.event({ pull: 6 })).kind).toBe('done')
    }
  })

  it('is skipped where a hundred wait already, which /deploy overcomes, and so do those that wait', async () => {
    const { store } = stage.parts
    const target = { kind: 'preview', fork: true, secrets: 'preview' } as const
    for (let pull = 1000; pull < 1100; pull += 1) {
      const sequence = await nextSequence(store)
      await createDeployment(store, sampleBase({ sequence, target: { ...target, pull } }), 'held')
    }
    await stage.event()
    const { newest, skipped } = await stage.standing()
    expect([newest, skipped?.outcome.detail]).toEqual([
      undefined,
      '100 previews of forks wait for approval already; /deploy asks for this one',
    ])
    stage.pull({ fork: true, sha: shaC }, 1000)
    await stage.event({ pull: 1000 })
    expect(await stage.newest('34/hello/pr-1000')).toMatchObject({ state: 'held', sha: shaC })
    await stage.event({ asked: { by: 'ada', sha: shaC, atMs: stage.nowMs } })
    expect(await stage.newest()).toMatchObject({ state: 'queued', outcome: { approvedBy: 'ada' } })
  })

  it('waits where the base branch has no config file, or one that cannot be read', async () => {
    for (const files of [{}, { 'micro.yml': 'v: 1\nruntme: x\n' }]) {
      stage.github.files.clear()
      stage.commit(shaC, { 'micro.yml': greedy })
      stage.commit(shaA, files, 'main')
      await stage.event()
      expect((await stage.newest())?.state).toBe('held')
      await stage.parts.store.redis.flushdb()
    }
  })

  it('is held to the branch that it is pointed at now', async () => {
    stage.commit(shaD, { 'micro.yml': forks('no-secrets') }, 'next')
    await stage.event()
    stage.pull({ fork: true, base: 'next' })
    await stage.event()
    expect(await stage.newest()).toMatchObject({ state: 'queued', target: { secrets: 'none' } })
  })

  it('is one when its repository is gone', async () => {
    stage.pull({ fork: 'gone' })
    await stage.event()
    expect(await stage.newest()).toMatchObject({ state: 'held', target: { fork: true } })
  })

  it('waits again with each push', async () => {
    await stage.event()
    const first = await stage.newest()
    stage.commit(shaD, { 'micro.yml': greedy })
    stage.pull({ fork: true, sha: shaD })
    await stage.event()
    expect(await stage.newest()).toMatchObject({ state: 'held', sha: shaD })
    const former = await getDeployment(stage.parts.store, first?.id ?? '')
    expect(former).toMatchObject({ state: 'superseded', outcome: { supersededBy: shaD } })
  })

  it('is never deployed to production, though its branch has the name of the branch in production', async () => {
    stage.commit(shaA, { 'micro.yml': forks('no-secrets') }, 'main')
    stage.pull({ fork: true, branch: 'main' })
    await stage.event()
    expect(await stage.previews()).toEqual(['34/hello/pr-5'])
    expect(await stage.standing('34/hello')).toMatchObject({ newest: undefined, live: undefined })
  })

  it('is skipped with words where forks get no previews, and what runs of it ends', async () => {
    stage.commit(shaA, { 'micro.yml': forks('no-secrets') }, 'main')
    await stage.event()
    await stage.goLive()
    stage.commit(shaA, { 'micro.yml': forks('off') }, 'main')
    await stage.event()
    expect(await stage.previews()).toEqual([])
    const { skipped } = await stage.standing()
    const detail = 'Forks get no previews here (previews.forks: off)'
    expect(skipped).toMatchObject({ state: 'skipped', sha: shaC, outcome: { detail } })
    expect(await stage.reports()).toContainEqual({ kind: 'deployment', deploymentId: skipped?.id })
  })
})

describe('a fork that is deployed without secrets', () => {
  beforeEach(() => {
    stage.commit(shaA, { 'micro.yml': forks('no-secrets') }, 'main')
  })

  it("has build, limits and names of secrets from the base's file, and is queued at once", async () => {
    await setSecrets('*/preview/TOKEN', 'hello/preview/OWN', 'other/preview/NOT_ITS', '*/production/PRODUCTION')
    await stage.event()
    const newest = await stage.newest()
    expect(newest).toMatchObject({
      state: 'queued',
      target: { secrets: 'none' },
      config: { build: 'make', secrets: ['TOKEN'], limits: { memoryBytes: 64 * MB } },
      withheld: ['OTHER', 'OWN', 'TOKEN'],
    })
    const log = await readLog(stage.parts.store, newest?.id ?? '')
    expect(log).toMatch(/build: is that of the base branch[\s\S]*limits: are those of the base branch/)
  })

  it('has the usual limits and no build for a micro that the base does not have', async () => {
    stage.commit(shaC, { 'micro.yml': `${greedy}name: new\n` })
    await stage.event()
    const { config } = (await stage.newest('34/new/pr-5')) ?? {}
    expect(config).toMatchObject({ secrets: [], limits: defaultLimits })
    expect(config).not.toHaveProperty('build')
  })

  it('is built anew when the base lets it have nothing, and then something', async () => {
    await stage.event()
    await stage.goLive()
    stage.commit(shaA, { 'micro.yml': forks('approve') }, 'main')
    await stage.event()
    expect(await stage.newest()).toMatchObject({ state: 'held', target: { secrets: 'preview' } })
    stage.commit(shaA, { 'micro.yml': forks('no-secrets') }, 'main')
    await stage.event()
    expect(await stage.newest()).toMatchObject({ state: 'queued', target: { secrets: 'none' } })
  })
})
