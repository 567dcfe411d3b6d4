import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transitionDeployment } from '../../../contract/store/deployments.ts'
import { readLog } from '../../../contract/store/logs/deployment-logs.ts'
import { permitAgain } from '../../../contract/store/reports/permissions.ts'
import { addEvent } from '../../../contract/queue.ts'
import { readMergeGroup } from '../../../src/events/read-merge-group.ts'
import { reportMissed } from '../../../src/report/report-missed.ts'
import { preview, startBench, type Bench } from './support.ts'

let bench: Bench
let sha: string
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench[Symbol.asyncDispose]())
beforeEach(async () => {
  sha = await bench.commit()
})

async function statuses(of = sha) {
  const { data } = await bench.octokit.rest.repos.listCommitStatusesForRef({ ...bench.repo, ref: of, per_page: 100 })
  return data.map(({ context, state, description }) => ({ context, state, description }))
}

async function counts() {
  const { data: deployments } = await bench.octokit.rest.repos.listDeployments({ ...bench.repo, sha })
  const { data } = await bench.octokit.rest.checks.listForRef({ ...bench.repo, ref: sha })
  return { deployments: deployments.length, checks: data.total_count }
}

const asPerson = (method: string, path: string, body?: unknown) =>
  fetch(`${bench.forge.apiUrl}${path}`, {
    method,
    headers: { authorization: 'Bearer local' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

describe('a report', () => {
  it.each([
    ['a used-up hour', { status: 403, limit: 'primary', retryAfter: 20 }],
    ['a secondary limit', { status: 429, retryAfter: 20 }],
    ['a fault of its own', { status: 500 }],
  ])(
    'reaches GitHub in the end in all its forms, though it answers each of them with %s at first',
    async (_, fault) => {
      const id = await bench.deployment({ sha, target: preview((await bench.pull(`t${sha.slice(0, 7)}`)).number) })
      await bench.goLive(id)
      for (const path of ['/statuses/', '/deployments$', '/check-runs$', '/comments$'])
        await bench.faults([{ method: 'POST', path, ...fault }])
      await bench.report(id)
      await bench.settle()
      expect(await statuses()).toMatchObject([{ state: 'success' }])
      expect(await counts()).toEqual({ deployments: 1, checks: 1 })
    },
  )

  it.each([404, 410, 422])('is given up at once when GitHub says %i, and no other suffers from it', async (status) => {
    const id = await bench.deployment({ sha })
    await bench.faults([{ method: 'POST', path: '/deployments$', status }])
    const began = bench.now()
    await bench.report(id)
    await bench.settle()
    expect(bench.now() - began).toBeLessThan(30_000)
    expect(await statuses()).toMatchObject([{ state: 'pending' }])
    expect(await counts()).toEqual({ deployments: 0, checks: 1 })
    await bench.faults([])
  })

  it('asks nothing more of GitHub while it wants to be left alone', async () => {
    const ids = [await bench.deployment({ sha, micro: 'a' }), await bench.deployment({ sha, micro: 'b' })]
    await bench.faults([{ method: 'POST', path: '', status: 429, retryAfter: 50, times: 1 }])
    const began = bench.now()
    for (const id of ids) await bench.report(id)
    await bench.settle(began + 49_000)
    expect(await statuses()).toEqual([])
    await bench.settle()
    expect((await statuses()).map(({ context }) => context).toSorted()).toEqual(['micropush/a', 'micropush/b'])
  })

  it('that was lost is restored: GitHub is told though nobody asked', async () => {
    const id = await bench.deployment({ sha, micro: 'missed' })
    await bench.report(id)
    await bench.settle()
    await bench.fail(id, { code: 'build-failed', message: 'no' })
    // The runner dies here.
    const now = () => Date.now() + 120_000
    await reportMissed({ ...bench.deps, now })
    await bench.settle()
    expect((await statuses())[0]).toMatchObject({ state: 'failure', description: 'no' })
    await reportMissed({ ...bench.deps, now })
    expect(await bench.parts.queues.report.getJobCounts('waiting', 'delayed')).toMatchObject({ waiting: 0, delayed: 0 })
  })
})

describe('a right that the App lacks', () => {
  it('leaves out what it is for and nothing else, is told once, and is used when it is given', async () => {
    await asPerson('PUT', '/_installations/ada/permissions', { permissions: { contents: 'read', statuses: 'write' } })
    bench.deps.github.forget(bench.installationId)
    const pull = await bench.pull('rights')
    const first = await bench.deployment({ sha, micro: 'one', target: preview(pull.number) })
    const second = await bench.deployment({ sha, micro: 'two' })
    for (const id of [first, second]) {
      await bench.goLive(id)
      await bench.report(id)
    }
    await bench.settle()
    expect((await statuses()).map(({ state }) => state)).toEqual(['success', 'success'])
    const hints = bench.parts.lines.filter((line) => line.includes('left out for an hour'))
    expect(hints.map((line) => (JSON.parse(line) as { projection: string }).projection).toSorted()).toEqual([
      'check',
      'comment',
      'deployment',
    ])
    for (const id of [first, second]) {
      await bench.report(id)
      await bench.settle()
      expect((await readLog(bench.store, id)).match(/lacks the right "Checks: read and write"/g)).toHaveLength(1)
    }

    await asPerson('DELETE', '/_installations/ada/permissions')
    await bench.report(second)
    await bench.settle()
    expect(await counts()).toEqual({ deployments: 0, checks: 0 })
    bench.deps.github.forget(bench.installationId)
    await permitAgain(bench.store, bench.installationId)
    await bench.report(second)
    await bench.settle()
    expect(await counts()).toEqual({ deployments: 1, checks: 1 })
  })
})

describe('a merge queue', () => {
  it('gets a success on its commit for each micro of the repository, and nothing else', async () => {
    for (const micro of ['m1', 'm2']) await bench.goLive(await bench.deployment({ micro }))
    const pull = await bench.pull('queued')
    await bench.deployment({ micro: 'm3', sha: pull.sha, target: preview(pull.number) })
    const before = bench.bot.received.length
    const answer = await asPerson('POST', `/repos/ada/hello/pulls/${pull.number}/_merge_queue`)
    expect(answer.status).toBe(201)
    await expect.poll(() => bench.bot.received.slice(before).some(({ event }) => event === 'merge_group')).toBe(true)
    const delivery = bench.bot.received.find(({ event }) => event === 'merge_group')
    const read = readMergeGroup({
      deliveryId: delivery?.guid ?? '',
      payload: delivery?.payload,
      receivedAtMs: Date.now(),
    })
    if (read.queue !== 'report') throw new Error(JSON.stringify(read))
    await addEvent(bench.parts.queues, { queue: 'report', job: { ...read.job, sequence: 1_000_000 } })
    await bench.settle()
    const all = await statuses(read.job.sha)
    expect(
      all.every(({ state, description }) => state === 'success' && description === 'Not deployed for merge groups'),
    ).toBe(true)
    expect(all.map(({ context }) => context)).toEqual(
      expect.arrayContaining(['micropush/m1', 'micropush/m2', 'micropush/m3']),
    )
    const { data } = await bench.octokit.rest.checks.listForRef({ ...bench.repo, ref: read.job.sha })
    expect(data.total_count).toBe(0)
  })
})

it('tells the final status of a superseded commit, whatever order the reports come in', async () => {
  const older = await bench.deployment({ sha, micro: 'order' })
  const next = await bench.commit()
  const newer = await bench.deployment({ sha: next, micro: 'order' })
  await transitionDeployment(bench.store, { id: newer, from: ['queued'], to: 'fetching' })
  for (const id of [newer, older, newer, older]) await bench.report(id)
  await bench.settle()
  expect(await statuses()).toMatchObject([{ state: 'error', description: `Superseded by ${next.slice(0, 7)}` }])
  expect(await statuses(next)).toMatchObject([{ state: 'pending' }])
})
