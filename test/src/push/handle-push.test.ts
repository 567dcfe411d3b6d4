import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newDeploymentId } from '../../../contract/deployment.ts'
import type { PushJob } from '../../../contract/jobs/events.ts'
import { createDeployment, getDeployment, transitionDeployment } from '../../../contract/store/deployments.ts'
import { targetStanding, publishDeployment } from '../../../contract/store/micros.ts'
import { handlePush } from '../../../src/push/handle-push.ts'
import { sharedParts } from '../support/bot.ts'
import { mockGitHub, type MockedGitHub } from '../support/github.ts'
import { sampleBase, samplePush, shaA, shaB } from '../support/samples.ts'

const parts = await sharedParts()
let github: MockedGitHub

beforeEach(() => {
  github = mockGitHub()
})

afterEach(() => {
  nock.cleanAll()
})

function commit(sha: string, files: Record<string, string>, branch = 'main'): void {
  github.commits.add(sha)
  github.heads.set(branch, sha)
  for (const [name, text] of Object.entries(files)) github.files.set(`${sha}:${name}`, text)
}

function handle(push: PushJob, now: () => number = Date.now) {
  return handlePush(push, { ...parts, now })
}

async function newest(name = 'hello') {
  return (await targetStanding(parts.store, `34/${name}`)).newest
}

async function reports(): Promise<unknown[]> {
  const jobs = await parts.queues.report.getJobs(['waiting', 'delayed', 'prioritized'])
  return jobs.map((job) => job.data as unknown)
}

async function makeLive(id: string): Promise<void> {
  await transitionDeployment(parts.store, { id, from: ['queued'], to: 'starting' })
  const deployment = await getDeployment(parts.store, id)
  if (deployment === undefined) throw new Error('no such deployment')
  await publishDeployment(parts.store, { deployment, hosts: ['hello--ada.localhost'], outcome: {} })
}

describe('a push of the production branch', () => {
  it('makes a queued deployment, a job for the runner and a report', async () => {
    commit(shaA, { 'micro.yml': 'v: 1\n' })
    await handle(samplePush())
    const deployment = await newest()
    expect(deployment).toMatchObject({ sha: shaA, state: 'queued', branch: 'main', sequence: 1 })
    const jobs = await parts.queues.work.getJobs(['waiting'])
    expect(jobs.map((job) => job.data as unknown)).toEqual([{ kind: 'deploy', deploymentId: deployment?.id }])
    expect(await reports()).toEqual([{ kind: 'deployment', deploymentId: deployment?.id }])
  })

  it('asks GitHub as one installation, for the config at that very commit', async () => {
    commit(shaA, { 'micro.yml': 'v: 1\n', 'index.js': '' })
    await handle(samplePush())
    expect(github.requests.map(({ path }) => path)).toEqual([
      '/app/installations/12/access_tokens',
      '/repos/ada/hello/git/ref/heads%2Fmain',
      '/repos/ada/hello/contents',
      '/repos/ada/hello/contents/micro.yml',
      `/repos/ada/hello/commits/${shaA}`,
    ])
  })

  it('makes nothing twice when the same job runs again', async () => {
    commit(shaA, { 'micro.yml': 'v: 1\nmicros:\n  - src: a\n  - src: b\n' })
    await handle(samplePush())
    const before = [(await newest('a'))?.id, (await newest('b'))?.id]
    await handle(samplePush())
    expect([(await newest('a'))?.id, (await newest('b'))?.id]).toEqual(before)
    expect(await parts.queues.work.getJobCountByTypes('waiting')).toBe(2)
  })

  it('gives a deployment its job when the former run died right after its record', async () => {
    commit(shaA, { 'micro.yml': 'v: 1\n' })
    const base = sampleBase()
    await createDeployment(parts.store, base)
    await handle(samplePush())
    const jobs = await parts.queues.work.getJobs(['waiting'])
    expect(jobs.map((job) => job.id)).toEqual([base.id])
  })

  it('makes no second deployment of a commit that waits or is live', async () => {
    commit(shaA, { 'micro.yml': 'v: 1\n' })
    await handle(samplePush())
    const first = await newest()
    await handle(samplePush({ sequence: 2, deliveryId: 'another' }))
    expect((await newest())?.id).toBe(first?.id)
  })

  it('deploys a commit again to which the branch is set back after another one went live', async () => {
    commit(shaA, { 'micro.yml': 'v: 1\n' })
    await handle(samplePush())
    await makeLive((await newest())?.id ?? '')
    commit(shaB, { 'micro.yml': 'v: 1\n' })
    await handle(samplePush({ sha: shaB, sequence: 2 }))
    await makeLive((await newest())?.id ?? '')
    github.heads.set('main', shaA)
    await handle(samplePush({ sequence: 3 }))
    expect(await newest()).toMatchObject({ sha: shaA, sequence: 3, state: 'queued' })
  })

  it('keeps no more records than are of use, also of a micro that never goes live', async () => {
    for (let sequence = 1; sequence <= 30; sequence += 1) {
      const sha = sequence.toString(16).padStart(40, '0')
      commit(sha, { 'micro.yml': 'v: 1\n' })
      await handle(samplePush({ sha, sequence, deliveryId: `delivery-${sequence}` }))
      const id = (await newest())?.id ?? ''
      await transitionDeployment(parts.store, { id, from: ['queued'], to: 'failed' })
    }
    const left = await parts.store.redis.keys('*:deployment:*')
    expect(left.length).toBeLessThanOrEqual(21)
    expect(await parts.store.redis.keys('*:log:*')).toHaveLength(left.length)
  })

  it('outlives the renaming of its branch, in whichever order the two deliveries come', async () => {
    for (const order of ['new first', 'old first']) {
      await parts.store.redis.flushdb()
      commit(shaA, { 'micro.yml': 'v: 1\n' })
      await handle(samplePush())
      await makeLive((await newest())?.id ?? '')
      github.heads.delete('main')
      github.heads.set('trunk', shaA)
      const { sha: _, ...deletion } = samplePush({ sequence: order === 'new first' ? 3 : 2, defaultBranch: 'trunk' })
      const creation = samplePush({ sequence: order === 'new first' ? 2 : 3, defaultBranch: 'trunk', branch: 'trunk' })
      for (const push of order === 'new first' ? [creation, deletion] : [deletion, creation]) await handle(push)
      expect(await newest(), order).toMatchObject({ sha: shaA, branch: 'trunk', state: 'queued' })
    }
  })

  it('supersedes the deployment that waits, and reports both', async () => {
    commit(shaA, { 'micro.yml': 'v: 1\n' })
    await handle(samplePush())
    const first = await newest()
    commit(shaB, { 'micro.yml': 'v: 1\n' })
    await handle(samplePush({ sha: shaB, sequence: 2 }))
    const old = first && (await getDeployment(parts.store, first.id))
    expect(old).toMatchObject({ state: 'superseded', outcome: { supersededBy: shaB } })
    expect(await reports()).toContainEqual({ kind: 'deployment', deploymentId: first?.id })
  })

  it('says on a commit that was overtaken before its turn by which one, and deploys the head', async () => {
    commit(shaA, { 'micro.yml': 'v: 1\n' })
    commit(shaB, { 'micro.yml': 'v: 1\n' })
    await handle(samplePush({ sha: shaA }))
    expect((await newest())?.sha).toBe(shaB)
    expect(await reports()).toContainEqual(
      expect.objectContaining({ kind: 'commit', sha: shaA, description: 'Superseded by bbbbbbb', state: 'error' }),
    )
  })

  it('looks again later while the branch does not show the commit yet, and believes GitHub after half a minute', async () => {
    const push = samplePush()
    expect(await handle(push)).toMatchObject({ kind: 'later' })
    expect(await handle(push, () => push.receivedAtMs + 31_000)).toMatchObject({ kind: 'done' })
  })

  it('says that a name is taken by another repository of the owner', async () => {
    commit(shaA, { 'micro.yml': 'v: 1\n' })
    await createDeployment(parts.store, sampleBase({ repositoryId: 99 }))
    await handle(samplePush())
    expect(await reports()).toEqual([
      expect.objectContaining({
        context: 'micropush/hello',
        state: 'failure',
        description: expect.stringContaining('"hello" is taken by another repository of ada') as string,
      }),
    ])
  })
})

describe('a repository without a config file', () => {
  it('is left alone, without a word', async () => {
    commit(shaA, { 'index.js': '' })
    await handle(samplePush())
    expect(await reports()).toEqual([])
    expect(await parts.queues.work.getJobCountByTypes('waiting')).toBe(0)
  })
})

describe('an invalid config file', () => {
  it('is reported with line and key on the context of the repository', async () => {
    commit(shaA, { 'micro.yml': 'v: 1\nruntme: nodejs24\n' })
    await handle(samplePush())
    const all = await reports()
    expect(all).toContainEqual(
      expect.objectContaining({
        kind: 'commit',
        sha: shaA,
        context: 'micropush/hello',
        state: 'failure',
        description: expect.stringMatching(/^micro\.yml line 2: .*runtme/) as string,
      }),
    )
    const finding = { file: 'micro.yml', line: 2, column: 1, message: expect.stringContaining('runtme') as string }
    expect(all).toContainEqual(expect.objectContaining({ kind: 'findings', sha: shaA, findings: [finding] }))
    expect(all).toHaveLength(2)
  })

  it('ends nothing that is live', async () => {
    commit(shaA, { 'micro.yml': 'v: 1\nname: shop\n' })
    await handle(samplePush())
    const live = await newest('shop')
    if (live) await makeLive(live.id)
    commit(shaB, { 'micro.yml': 'v: 1\nruntme: x\n' })
    await handle(samplePush({ sha: shaB, sequence: 2 }))
    expect((await newest('shop'))?.state).toBe('live')
    expect(await reports()).toContainEqual(expect.objectContaining({ sha: shaB, context: 'micropush/shop' }))
  })

  it('is what two config files are', async () => {
    commit(shaA, { 'micro.yml': 'v: 1\n', 'micro.json': '{"v":1}' })
    await handle(samplePush())
    expect(await reports()).toEqual([
      expect.objectContaining({
        description: 'There are micro.yml and micro.json; keep one of them and remove the other.',
      }),
    ])
  })
})

describe('a push of another branch', () => {
  it('does nothing', async () => {
    commit(shaA, { 'micro.yml': 'v: 1\n' }, 'feature/x')
    await handle(samplePush({ branch: 'feature/x' }))
    expect(await reports()).toEqual([])
    expect(await newest()).toBeUndefined()
  })

  it('deploys the micro whose production branch it is', async () => {
    commit(shaA, { 'micro.yml': 'v: 1\nbranch: release\n' }, 'release')
    await handle(samplePush({ branch: 'release' }))
    expect(await newest()).toMatchObject({ branch: 'release' })
  })
})

describe('the end of a micro', () => {
  beforeEach(async () => {
    commit(shaA, { 'micro.yml': 'v: 1\n' })
    await handle(samplePush())
    const first = await newest()
    if (first) await makeLive(first.id)
  })

  async function expectEnded(): Promise<void> {
    expect((await newest())?.state).toBe('destroyed')
    const jobs = await parts.queues.end.getJobs(['waiting'])
    expect(jobs.map((job) => job.data as unknown)).toEqual([{ kind: 'destroy', deploymentIds: [(await newest())?.id] }])
  }

  it('comes with the end of its branch', async () => {
    github.heads.delete('main')
    const { sha: _, ...deletion } = samplePush({ sequence: 2 })
    await handle(deletion)
    await expectEnded()
  })

  it('comes with a commit that removes the config file', async () => {
    commit(shaB, {})
    await handle(samplePush({ sha: shaB, sequence: 2 }))
    await expectEnded()
  })

  it('comes with a config file that names it no more', async () => {
    commit(shaB, { 'micro.yml': 'v: 1\nname: other\n' })
    await handle(samplePush({ sha: shaB, sequence: 2 }))
    expect((await newest())?.state).toBe('destroyed')
    expect((await newest('other'))?.state).toBe('queued')
  })

  it('does not come with one wrong answer of GitHub’s, however long ago the push was', async () => {
    const wrong = { status: 404, body: { message: 'Not Found' } }
    github.instead.set('/repos/{owner}/{repo}/git/ref/{ref}', [wrong])
    const push = samplePush({ deliveryId: 'late', sequence: 2, sha: shaA })
    await handle(push, () => push.receivedAtMs + 3_600_000)
    expect((await newest())?.state).toBe('live')
  })

  it('does not come with a late delivery of an older push', async () => {
    github.heads.delete('main')
    const { sha: _, ...deletion } = samplePush({ sequence: 0 })
    await handle(deletion)
    expect((await newest())?.state).toBe('live')
  })

  it('does not come with the end of another branch', async () => {
    const { sha: _, ...deletion } = samplePush({ sequence: 2, branch: 'feature' })
    await handle(deletion)
    expect((await newest())?.state).toBe('live')
  })

  it('does not hinder the same commit from being pushed again', async () => {
    github.heads.delete('main')
    const { sha: _, ...deletion } = samplePush({ sequence: 2 })
    await handle(deletion)
    github.heads.set('main', shaA)
    await handle(samplePush({ sequence: 3 }))
    expect(await newest()).toMatchObject({ state: 'queued', sha: shaA, sequence: 3 })
  })
})

it('keeps an id that looks like a deployment but is none from being found', async () => {
  expect(await getDeployment(parts.store, newDeploymentId())).toBeUndefined()
})
