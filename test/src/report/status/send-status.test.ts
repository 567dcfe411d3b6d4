import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ReportJob } from '../../../../contract/jobs/report.ts'
import { createDeployment, getDeployment, transitionDeployment } from '../../../../contract/store/deployments.ts'
import { endTarget, publishDeployment } from '../../../../contract/store/micros.ts'
import { rememberSent, statusKey } from '../../../../contract/store/reports/sent.ts'
import { createKeyedLock } from '../../../../src/jobs/keyed-lock.ts'
import type { ReportDeps } from '../../../../src/report/deps.ts'
import { handleReport } from '../../../../src/report/handle-report.ts'
import { createPace } from '../../../../src/report/pace.ts'
import { writeSent } from '../../../../src/report/status/sent.ts'
import { sharedParts } from '../../support/bot.ts'
import { mockGitHub, type MockedGitHub } from '../../support/github.ts'
import { sampleBase, shaA } from '../../support/samples.ts'

const parts = await sharedParts()
let github: MockedGitHub
let deps: ReportDeps

beforeEach(() => {
  github = mockGitHub()
  deps = { ...parts, botUrl: 'http://bot.test', pace: createPace(), lock: createKeyedLock(), now: Date.now }
})

afterEach(() => {
  nock.cleanAll()
})

async function makeDeployment(sequence = 1): Promise<string> {
  const base = sampleBase({ sequence })
  await createDeployment(parts.store, base)
  return base.id
}

async function goLive(id: string): Promise<void> {
  await transitionDeployment(parts.store, { id, from: ['queued'], to: 'starting' })
  const deployment = await getDeployment(parts.store, id)
  if (deployment === undefined) throw new Error('no such deployment')
  await publishDeployment(parts.store, { deployment, hosts: [], outcome: {} })
}

async function endAfterLive(id: string): Promise<void> {
  await goLive(id)
  await endTarget(parts.store, { targetKey: '34/hello', sequence: 2 })
}

let jobs = 0

/** Does a job as the queue does, under an id of its own. */
function handle(job: ReportJob, id = `job-${(jobs += 1)}`) {
  return handleReport(job, id, deps)
}

function report(deploymentId: string, id?: string) {
  return handle({ kind: 'projection', projection: 'status', deploymentId }, id)
}

function descriptions(): unknown[] {
  return github.statuses.map(({ body }) => body['description'])
}

describe('a report of a deployment', () => {
  it('sends its state as a commit status', async () => {
    const id = await makeDeployment()
    await report(id)
    expect(github.statuses).toEqual([
      {
        sha: shaA,
        body: {
          context: 'micropush/hello',
          state: 'pending',
          description: 'Queued',
          target_url: `http://bot.test/d/${id}`,
        },
      },
    ])
  })

  it('does not send the same twice', async () => {
    const id = await makeDeployment()
    await report(id)
    await report(id)
    await Promise.all([report(id), report(id)])
    expect(github.statuses).toHaveLength(1)
  })

  it('says how it stands now, whatever it was when the job was added', async () => {
    const id = await makeDeployment()
    await transitionDeployment(parts.store, { id, from: ['queued'], to: 'fetching' })
    await transitionDeployment(parts.store, { id, from: ['fetching'], to: 'building', outcome: { detail: 'Building' } })
    await report(id)
    expect(descriptions()).toEqual(['Building'])
  })

  it('says nothing about a deployment that is no more', async () => {
    expect(await report(`d${'0'.repeat(30)}`)).toEqual({ kind: 'done', what: 'nothing to say' })
  })

  it('lets an older push of the same commit not speak after a newer one', async () => {
    const older = await makeDeployment(1)
    await report(older)
    await transitionDeployment(parts.store, { id: older, from: ['queued'], to: 'fetching' })
    const newer = await makeDeployment(2)
    await report(newer)
    await transitionDeployment(parts.store, { id: older, from: ['fetching'], to: 'cancelled' })
    expect(await report(older)).toEqual({ kind: 'done', what: 'outdated' })
  })

  it('ends a status that is still pending when its deployment went live and was ended before anything was sent', async () => {
    const id = await makeDeployment()
    await report(id)
    await endAfterLive(id)
    await report(id)
    expect(github.statuses.at(-1)?.body).toMatchObject({ state: 'success', target_url: `http://bot.test/d/${id}` })
    expect(descriptions()).toEqual(['Queued', 'Was live, and has ended'])
  })

  it('leaves a final status as it is when its deployment ends', async () => {
    const id = await makeDeployment()
    await goLive(id)
    await report(id)
    await endTarget(parts.store, { targetKey: '34/hello', sequence: 2 })
    expect(await report(id)).toMatchObject({ kind: 'done' })
    expect(descriptions()).toHaveLength(1)
  })

  it('comes back later when the installation has had its turns, and does not count as sent', async () => {
    const id = await makeDeployment()
    let nowMs = 0
    deps = { ...deps, now: () => nowMs }
    for (let i = 0; i < 6; i += 1) {
      deps.pace.ask({ installationId: 12, key: `${i}`, owner: `${i}`, urgency: 'passing status', nowMs })
    }
    expect(await report(id, 'first')).toEqual({ kind: 'later', afterMs: 1000, why: 'pacing of writes to GitHub' })
    expect(await report(id, 'second')).toEqual({ kind: 'done', what: 'another job waits to say so' })
    nowMs += 1000
    await report(id, 'first')
    expect(github.statuses).toHaveLength(1)
  })

  it('is not taken as sent when GitHub refused it', async () => {
    const id = await makeDeployment()
    github.instead.set('/repos/{owner}/{repo}/statuses/{sha}', [{ status: 500, body: { message: 'oops' } }])
    await expect(report(id)).rejects.toMatchObject({ status: 500 })
    await report(id)
    expect(github.statuses).toHaveLength(1)
  })
})

it('keeps the last of the thousand statuses that GitHub takes for a commit and context for final states', async () => {
  const place = { owner: 'ada', repository: 'hello', sha: shaA, context: 'micropush/hello' }
  const before = { sequence: 1, state: 'pending', description: 'Word 1', targetUrl: undefined, count: 899 } as const
  await rememberSent(parts.store, { statusKey: statusKey(place), value: writeSent(before) })
  const id = await makeDeployment()
  await report(id)
  await transitionDeployment(parts.store, { id, from: ['queued'], to: 'fetching' })
  expect(await report(id)).toMatchObject({ what: 'left out: GitHub takes no more than 1000' })
  await transitionDeployment(parts.store, { id, from: ['fetching'], to: 'cancelled' })
  await report(id)
  expect(descriptions()).toEqual(['Queued', 'Cancelled'])
})

describe('a commit that GitHub says it does not know', () => {
  const notFound = { status: 404, body: { message: 'Not Found' } }
  const template = '/repos/{owner}/{repo}/statuses/{sha}'

  it('gets its status all the same when it is there: one wrong answer must not leave it pending for ever', async () => {
    github.commits.add(shaA)
    const id = await makeDeployment()
    await goLive(id)
    github.instead.set(template, [notFound])
    expect(await report(id)).toEqual({ kind: 'done', what: 'success' })
    expect(github.statuses).toHaveLength(1)
  })

  it('is given up when it is not there', async () => {
    const id = await makeDeployment()
    github.instead.set(template, [notFound, notFound])
    expect(await report(id)).toEqual({ kind: 'done', what: 'the commit is gone' })
    expect(github.statuses).toEqual([])
  })
})

it('sends a word on a commit without a deployment once', async () => {
  const job = {
    kind: 'commit',
    installationId: 12,
    owner: 'ada',
    repository: 'hello',
    sha: shaA,
    context: 'micropush/hello',
    state: 'failure',
    description: 'micro.yml line 2: no',
  } as const
  await handle(job)
  await handle(job)
  expect(github.statuses.map(({ body }) => body)).toEqual([
    { context: 'micropush/hello', state: 'failure', description: 'micro.yml line 2: no' },
  ])
  expect(await getDeployment(parts.store, 'd1')).toBeUndefined()
})

it('lets a late word on a commit not stand over the deployment of a newer push of it', async () => {
  const id = await makeDeployment(3)
  await goLive(id)
  await report(id)
  const word = {
    kind: 'commit',
    installationId: 12,
    owner: 'ada',
    repository: 'hello',
    sha: shaA,
    context: 'micropush/hello',
    state: 'error',
    description: 'Superseded by bbbbbbb',
    sequence: 1,
  } as const
  expect(await handle(word)).toEqual({ kind: 'done', what: 'outdated' })
  expect(github.statuses.at(-1)?.body).toMatchObject({ state: 'success' })
})
