import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { getDeployment, transitionDeployment } from '../../../contract/store/deployments.ts'
import { readLog } from '../../../contract/store/logs/deployment-logs.ts'
import { targetStanding, publishDeployment } from '../../../contract/store/micros.ts'
import { handlePush } from '../../../src/push/handle-push.ts'
import { sharedParts } from '../support/bot.ts'
import { mockGitHub, type MockedGitHub } from '../support/github.ts'
import { samplePush, shaA, shaB } from '../support/samples.ts'

const parts = await sharedParts()
let github: MockedGitHub

beforeEach(() => {
  github = mockGitHub()
})

afterEach(() => {
  nock.cleanAll()
})

/** Makes a commit the head of its branch, and lets the bot handle its push. */
async function push(sha: string, files: Record<string, string>, branch = 'main'): Promise<void> {
  github.commits.add(sha)
  github.heads.set(branch, sha)
  for (const [name, text] of Object.entries(files)) github.files.set(`${sha}:${name}`, text)
  await handlePush(samplePush({ sha, branch, sequence: sha === shaA ? 1 : 2 }), { ...parts, now: Date.now })
}

async function newest(name: string) {
  return (await targetStanding(parts.store, `34/${name}`)).newest
}

async function makeLive(id: string): Promise<void> {
  await transitionDeployment(parts.store, { id, from: ['queued'], to: 'starting' })
  const deployment = await getDeployment(parts.store, id)
  if (deployment === undefined) throw new Error('no such deployment')
  await publishDeployment(parts.store, { deployment, hosts: ['bot--ada.localhost'], outcome: {} })
}

describe('a repository that was written for Deta', () => {
  const text = '{"name":"bot","runtime":"micro\'s runtime",}'

  it('is deployed as it stands, and its log begins with what was not understood', async () => {
    await push(shaA, { 'deta.json': text, 'index.js': '' })
    const deployment = await newest('bot')
    expect(deployment).toMatchObject({ state: 'queued', config: { name: 'bot', legacy: 'deta' } })
    const log = await readLog(parts.store, deployment?.id ?? '')
    expect(log).toContain(`deta.json line 1: runtime: "micro's runtime" is none; the files of the micro decide`)
  })

  it('is asked for nothing that is not there', async () => {
    await push(shaA, { 'deta.json': text, 'index.js': '' })
    expect(github.requests.map(({ path }) => path).slice(2)).toEqual([
      '/repos/ada/hello/contents',
      '/repos/ada/hello/contents/deta.json',
      `/repos/ada/hello/commits/${shaA}`,
    ])
  })

  it('is deployed from the default branch alone', async () => {
    await push(shaA, { 'deta.json': text }, 'feature')
    expect(await newest('bot')).toBeUndefined()
  })

  it('goes on in place when a config file with the same name is added, whose log names what is not read', async () => {
    await push(shaA, { 'deta.json': text })
    await makeLive((await newest('bot'))?.id ?? '')
    await push(shaB, { 'deta.json': text, 'micro.yml': 'v: 1\nname: bot\n' })
    const deployment = await newest('bot')
    expect(deployment).toMatchObject({ sha: shaB, state: 'queued' })
    expect(deployment?.config).not.toHaveProperty('legacy')
    expect(await parts.queues.end.getJobCountByTypes('waiting')).toBe(0)
    const log = await readLog(parts.store, deployment?.id ?? '')
    expect(log).toContain('micro.yml is what counts; the deta.json beside it is not read')
  })

  it('ends with the removal of its last file', async () => {
    await push(shaA, { 'deta.json': text })
    await makeLive((await newest('bot'))?.id ?? '')
    await push(shaB, { 'index.js': '' })
    expect((await newest('bot'))?.state).toBe('destroyed')
  })

  it('loses no micro to a file that became unreadable', async () => {
    await push(shaA, { 'deta.json': text })
    await makeLive((await newest('bot'))?.id ?? '')
    await push(shaB, { 'deta.json': 'garbage' })
    expect((await newest('bot'))?.state).toBe('live')
    expect(await newest('hello')).toBeUndefined()
  })

  it('is left alone, without a word, when its deta.json is data of its own', async () => {
    await push(shaA, { 'deta.json': '[{"id":1},{"id":2}]', 'index.js': '' })
    expect(await parts.queues.work.getJobCountByTypes('waiting')).toBe(0)
    expect(await parts.queues.report.getJobCountByTypes('waiting', 'delayed')).toBe(0)
  })
})
