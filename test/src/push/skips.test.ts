import nock from 'nock'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { PushJob } from '../../../contract/jobs/events.ts'
import { getDeployment, transitionDeployment } from '../../../contract/store/deployments.ts'
import { targetStanding, publishDeployment } from '../../../contract/store/micros.ts'
import { pointDeployment } from '../../../contract/store/pauses.ts'
import { handlePush } from '../../../src/push/handle-push.ts'
import { sharedParts } from '../support/bot.ts'
import { mockGitHub, type MockedGitHub } from '../support/github.ts'
import { samplePush, shaA, shaB } from '../support/samples.ts'

const shaC = 'c'.repeat(40)
const filtered = { 'micro.yml': 'v: 1\npaths: [src]\n' }
const parts = await sharedParts()
let github: MockedGitHub
let sequence = 0

beforeEach(() => {
  github = mockGitHub()
})
afterEach(() => {
  nock.cleanAll()
})

/** @param changed what differs from the commit that is compared with. */
async function push(sha: string, files: Record<string, string>, changed?: { base: string; paths: string[] }) {
  github.commits.add(sha)
  github.heads.set('main', sha)
  for (const [name, text] of Object.entries(files)) github.files.set(`${sha}:${name}`, text)
  if (changed !== undefined) {
    github.compared.set(`${changed.base}...${sha}`, 'ahead')
    github.differing.set(`${changed.base}...${sha}`, changed.paths)
  }
  return handle({})
}

async function handle(more: Partial<PushJob>) {
  sequence += 1
  const job = samplePush({ sha: github.heads.get('main'), sequence, deliveryId: `d${sequence}`, ...more })
  return handlePush(job, { ...parts, now: Date.now })
}

const standing = () => targetStanding(parts.store, '34/hello')

async function goLive(): Promise<void> {
  const id = (await standing()).newest?.id ?? ''
  await transitionDeployment(parts.store, { id, from: ['queued'], to: 'starting' })
  const deployment = await getDeployment(parts.store, id)
  if (deployment !== undefined) await publishDeployment(parts.store, { deployment, hosts: ['x'], outcome: {} })
}

it('a commit whose message says so is skipped with words, and what is live goes on', async () => {
  await push(shaA, { 'micro.yml': 'v: 1\n' })
  await goLive()
  github.messages.set(shaB, 'Words only [skip deploy]\n\nNothing else.')
  await push(shaB, { 'micro.yml': 'v: 1\n' })
  const { newest, skipped } = await standing()
  expect(newest).toMatchObject({ sha: shaA, state: 'live' })
  expect(skipped).toMatchObject({ sha: shaB, outcome: { detail: "[skip deploy] in the commit's message" } })
  const reports = await parts.queues.report.getJobs(['waiting'])
  expect(reports.map((job) => job.data as unknown)).toContainEqual({ kind: 'deployment', deploymentId: skipped?.id })
})

it('the title of a merged pull request is no such message', async () => {
  github.messages.set(shaA, 'Merge pull request #3 from ada/topic\n\nTidy up')
  await push(shaA, { 'micro.yml': 'v: 1\n' })
  expect((await standing()).newest?.state).toBe('queued')
})

it('a push that changes nothing of a micro is skipped, and one that does is not', async () => {
  await push(shaA, filtered)
  await goLive()
  await push(shaB, filtered, { base: shaA, paths: ['README.md'] })
  expect(await standing()).toMatchObject({ newest: { sha: shaA }, skipped: { sha: shaB } })
  await push(shaC, filtered, { base: shaA, paths: ['README.md', 'src/app.js'] })
  expect((await standing()).newest).toMatchObject({ sha: shaC, state: 'queued' })
})

it('what a skipped or failed commit changed is deployed by the next push, which itself changes nothing', async () => {
  await push(shaA, filtered)
  await goLive()
  github.messages.set(shaB, '[skip ci]')
  await push(shaB, filtered, { base: shaA, paths: ['src/app.js'] })
  expect((await standing()).newest?.sha).toBe(shaA)
  await push(shaC, filtered, { base: shaA, paths: ['src/app.js', 'README.md'] })
  expect((await standing()).newest?.sha).toBe(shaC)
  const id = (await standing()).newest?.id ?? ''
  await transitionDeployment(parts.store, { id, from: ['queued'], to: 'failed' })
  const last = 'd'.repeat(40)
  // Since the one that failed nothing of the micro has changed.
  github.compared.set(`${shaC}...${last}`, 'ahead')
  github.differing.set(`${shaC}...${last}`, ['README.md'])
  await push(last, filtered, { base: shaA, paths: ['src/app.js', 'README.md'] })
  expect((await standing()).newest).toMatchObject({ sha: last, state: 'queued' })
})

it('a first push is deployed, whatever its paths, and so is what GitHub cannot compare', async () => {
  await push(shaA, filtered)
  expect((await standing()).newest?.sha).toBe(shaA)
  await goLive()
  await push(shaB, filtered)
  expect((await standing()).newest?.sha).toBe(shaB)
})

it('a micro that was deployed from another branch is deployed, so that it does not end with that one', async () => {
  await push(shaA, filtered)
  await goLive()
  github.heads.set('trunk', shaA)
  await handle({ sha: shaA, branch: 'trunk', defaultBranch: 'trunk' })
  expect((await standing()).newest).toMatchObject({ branch: 'trunk', state: 'queued' })
})

it('a push to a micro that was rolled back is skipped, and what is told of the delivery says so', async () => {
  await push(shaA, { 'micro.yml': 'v: 1\n' })
  await goLive()
  const older = (await standing()).live
  await push(shaB, { 'micro.yml': 'v: 1\n' })
  await goLive()
  if (older === undefined) throw new Error('nothing is live')
  const hosts = ['x']
  sequence += 1
  await pointDeployment(parts.store, { why: 'roll-back', deployment: older, by: 'ada', hosts, sequence, token: 't' })
  const told = await push(shaC, { 'micro.yml': 'v: 1\n' })
  const why = 'Paused since the roll-back to aaaaaaa by ada; resume: micropush resume ada/hello/hello or the button'
  expect(told).toEqual({ kind: 'done', what: `hello skipped: ${why}` })
  expect((await standing()).skipped).toMatchObject({ sha: shaC, outcome: { detail: why } })
})
