import { expect } from 'vitest'
import type { Octokit } from '@octokit/rest'
import type { ForgeOptions } from '../../../forge/forge.ts'
import type { DeploymentBase, DeploymentOutcome, Target } from '../../../contract/deployment.ts'
import type { ReportJob } from '../../../contract/jobs/report.ts'
import {
  createDeployment,
  getDeployment,
  nextSequence,
  transitionDeployment,
} from '../../../contract/store/deployments.ts'
import { publishDeployment } from '../../../contract/store/micros.ts'
import { classifyFailure } from '../../../src/github/classify-failure.ts'
import { createKeyedLock } from '../../../src/jobs/keyed-lock.ts'
import type { ReportDeps } from '../../../src/report/deps.ts'
import { handleReport } from '../../../src/report/handle-report.ts'
import { createPace } from '../../../src/report/pace.ts'
import { asInstallation, commit, git, stage } from '../../forge/support.ts'
import { startPartsOn } from '../support/on-forge.ts'
import { sampleBase, sampleConfig } from '../support/samples.ts'

const botUrl = 'http://bot.test'

interface Waiting {
  readonly id: string
  readonly job: ReportJob
  dueMs: number
}

export type Bench = Awaited<ReturnType<typeof startBench>>

/**
 * A forge with a repository `ada/hello`, a Redis, and the report queue worked off on a clock of its own: what waits for its turn waits
 * there, and the test does not.
 */
export async function startBench(options: Partial<ForgeOptions> = {}) {
  const there = await stage(options)
  const { parts, installationId, repositoryId } = await startPartsOn(there)
  const octokit: Octokit = await asInstallation(there.home, there.forge, installationId)
  let nowMs = Date.now()
  const deps: ReportDeps = { ...parts, botUrl, pace: createPace(), lock: createKeyedLock(), now: () => nowMs }
  const { store, queues } = parts
  let waiting: Waiting[] = []

  const take = async () => {
    for (const job of await queues.report.getJobs(['waiting', 'delayed', 'prioritized'], 0, -1, true)) {
      await job.remove()
      waiting.push({ id: job.id ?? '', job: job.data as ReportJob, dueMs: nowMs + (job.opts.delay ?? 0) })
    }
  }
  const work = async (one: Waiting) => {
    try {
      const result = await handleReport(one.job, one.id, deps)
      if (result.kind === 'later') waiting.push({ ...one, dueMs: nowMs + result.afterMs })
    } catch (error) {
      const failure = classifyFailure(error, nowMs)
      if (failure.kind === 'retry') waiting.push({ ...one, dueMs: nowMs + (failure.afterMs ?? 1000) })
    }
  }
  return {
    ...there,
    parts,
    deps,
    octokit,
    store,
    repositoryId,
    installationId,
    now: () => nowMs,
    pass(ms: number) {
      nowMs += ms
    },
    /** As after a start of the bot: what it had in memory is gone. */
    restart() {
      Object.assign(deps, { pace: createPace(), lock: createKeyedLock() })
    },
    /** Puts a job into the queue. */
    async add(job: ReportJob) {
      await queues.report.add('report', job)
    },
    report: (deploymentId: string) => queues.report.add('report', { kind: 'deployment', deploymentId }),
    /** Works until nothing waits. @param untilMs of its clock, for what would go on without end. */
    async settle(untilMs = nowMs + 600_000) {
      for (await take(); waiting.length > 0; await take()) {
        const next = waiting.toSorted((a, b) => a.dueMs - b.dueMs)[0]
        if (next === undefined || next.dueMs > untilMs) return
        nowMs = Math.max(nowMs, next.dueMs)
        waiting = waiting.filter((one) => one !== next)
        await work(next)
      }
    },
    faults: (requests: readonly Record<string, unknown>[]) =>
      fetch(`${there.forge.apiUrl}/_faults`, {
        method: 'POST',
        headers: { authorization: 'Bearer local' },
        body: JSON.stringify({ requests }),
      }),
    /** A new commit on `main`. */
    async commit(files: Readonly<Record<string, string>> = {}) {
      await git(there.tree, 'checkout', '--quiet', 'main')
      const sha = await commit(there.tree, { 'count.txt': String(Math.random()), ...files })
      await git(there.tree, 'push', '--quiet', 'origin', 'main')
      return sha
    },
    /** Opens a pull request with one commit. */
    async pull(branch: string) {
      await git(there.tree, 'checkout', '--quiet', '-b', branch, 'main')
      const sha = await commit(there.tree, { [`${branch}.txt`]: 'x\n' })
      await git(there.tree, 'push', '--quiet', 'origin', branch)
      const { data } = await there.person.rest.pulls.create({
        ...there.repo,
        title: branch,
        head: branch,
        base: 'main',
      })
      return { number: data.number, sha }
    },
    async deployment(more: Partial<DeploymentBase> & { readonly micro?: string } = {}, state?: 'queued' | 'held') {
      const { micro, ...rest } = more
      const base = sampleBase({
        repositoryId,
        installationId,
        sha: there.sha,
        createdAtMs: Date.now(),
        sequence: await nextSequence(store),
        config: sampleConfig({ name: micro ?? 'hello' }),
        ...rest,
      })
      const creation = await createDeployment(store, base, state)
      expect(creation.kind).toBe('created')
      return base.id
    },
    async build(id: string) {
      await transitionDeployment(store, { id, from: ['queued'], to: 'building', outcome: { runtime: 'nodejs24' } })
    },
    async goLive(id: string, outcome: DeploymentOutcome = {}) {
      await transitionDeployment(store, { id, from: ['queued', 'building'], to: 'starting' })
      const deployment = await getDeployment(store, id)
      if (deployment === undefined) throw new Error('no such deployment')
      const url = 'http://hello--ada.localhost:8080'
      const { kind } = await publishDeployment(store, { deployment, hosts: [], outcome: { url, ...outcome } })
      expect(kind).toBe('live')
    },
    async fail(id: string, error: NonNullable<DeploymentOutcome['error']>) {
      await transitionDeployment(store, { id, from: ['queued', 'building'], to: 'failed', outcome: { error } })
    },
    async [Symbol.asyncDispose]() {
      await parts[Symbol.asyncDispose]()
      await there.end()
    },
  }
}

export function preview(pull: number, more: Partial<Extract<Target, { kind: 'preview' }>> = {}): Target {
  return { kind: 'preview', pull, fork: false, secrets: 'preview', ...more }
}
