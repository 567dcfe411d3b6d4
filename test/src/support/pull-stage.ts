import nock from 'nock'
import { afterAll } from 'vitest'
import { isPending, type Deployment } from '../../../contract/deployment.ts'
import type { PullJob } from '../../../contract/jobs/events.ts'
import { getDeployment, nextSequence, transitionDeployment } from '../../../contract/store/deployments.ts'
import {
  targetStanding,
  previewsOfRepository,
  publishDeployment,
  type Standing,
} from '../../../contract/store/micros.ts'
import type { JobResult } from '../../../src/jobs/queue.ts'
import { handlePull } from '../../../src/pull/handle-pull.ts'
import { startParts, type Parts } from './bot.ts'
import { mockGitHub, type MockedGitHub } from './github.ts'
import { samplePull, type MockedPull } from './pull-body.ts'

export const shaC = 'c'.repeat(40)
export const shaD = 'd'.repeat(40)

/** A bot's parts, GitHub with the repository `ada/hello`, and what happens to its pull requests. */
export interface PullStage extends Disposable {
  readonly parts: Parts
  readonly github: MockedGitHub
  /** A commit that a branch shows, with its files; the branch `''` shows nothing. */
  commit(sha: string, files: Readonly<Record<string, string>>, branch?: string): void
  /** How pull request 5, or another one, is from now on. */
  pull(more?: Partial<MockedPull>, number?: number): void
  /** One more event of it. */
  event(more?: Partial<PullJob>): Promise<JobResult>
  standing(key?: string): Promise<Standing>
  newest(key?: string): Promise<Deployment | undefined>
  /** Takes the newest deployment to live, as the runner does. */
  goLive(key?: string): Promise<Deployment>
  previews(): Promise<string[]>
  reports(): Promise<unknown[]>
  /** Ids of deployments that wait for the runner. */
  waiting(): Promise<(string | undefined)[]>
  nowMs: number
}

/** One Redis for all tests of a file, which find it empty. */
let shared: Parts | undefined
afterAll(async () => {
  await shared?.[Symbol.asyncDispose]()
})

export async function pullStage(): Promise<PullStage> {
  const parts = (shared ??= await startParts())
  await parts.store.redis.flushdb()
  const { store, queues } = parts
  const github = mockGitHub()
  const stage: PullStage = {
    parts,
    github,
    nowMs: Date.now(),
    commit(sha, files, branch = '') {
      github.commits.add(sha)
      if (branch !== '') github.heads.set(branch, sha)
      for (const [name, text] of Object.entries(files)) github.files.set(`${sha}:${name}`, text)
    },
    pull: (more, number = 5) => void github.pulls.set(number, samplePull(more)),
    async event(more = {}) {
      const sequence = await nextSequence(store)
      const place = { installationId: 12, repositoryId: 34, owner: 'ada', repository: 'hello' }
      const job = {
        deliveryId: `delivery-${sequence}`,
        ...place,
        pull: 5,
        sequence,
        receivedAtMs: stage.nowMs,
        ...more,
      }
      return handlePull(job, { ...parts, now: () => stage.nowMs })
    },
    standing: (key = '34/hello/pr-5') => targetStanding(store, key),
    newest: async (key) => (await stage.standing(key)).newest,
    async goLive(key) {
      const { id, config } = must(await stage.newest(key))
      await transitionDeployment(store, { id, from: ['queued'], to: 'starting' })
      const deployment = must(await getDeployment(store, id))
      await publishDeployment(store, { deployment, hosts: [`${config.name}-${id}.localhost`], outcome: {} })
      return must(await getDeployment(store, id))
    },
    previews: () => previewsOfRepository(store, 34),
    async reports() {
      const jobs = await queues.report.getJobs(['waiting', 'delayed', 'prioritized'])
      return jobs.map((job) => job.data as unknown)
    },
    async waiting() {
      const jobs = await queues.work.getJobs(['waiting'])
      const found = await Promise.all(jobs.map(({ id = '' }) => getDeployment(store, id)))
      return found.flatMap((one) => (one !== undefined && isPending(one.state) ? [one.id] : []))
    },
    [Symbol.dispose]() {
      nock.cleanAll()
    },
  }
  return stage
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is none')
  return value
}
