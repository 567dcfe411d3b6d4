import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { nextSequence, skipDeployment, transitionDeployment } from '../../../../contract/store/deployments.ts'
import { endTarget } from '../../../../contract/store/micros.ts'
import { wantPullComment } from '../../../../contract/store/reports/pull-comments.ts'
import { MARKER } from '../../../../src/report/comment/draw-comment.ts'
import { sampleBase, sampleConfig } from '../../support/samples.ts'
import { preview, startBench, type Bench } from '../support.ts'

let bench: Bench
let pulls = 0
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

let pull: { readonly number: number; readonly sha: string }
beforeEach(async () => {
  pull = await bench.pull(`topic-${(pulls += 1)}`)
})

const make = (micro = 'hello', state?: 'queued' | 'held') =>
  bench.deployment({ micro, sha: pull.sha, target: preview(pull.number) }, state)

async function comments() {
  const { data } = await bench.octokit.rest.issues.listComments({ ...bench.repo, issue_number: pull.number })
  return data
}

async function tell(...ids: readonly string[]) {
  for (const id of ids) await bench.report(id)
  await bench.settle()
}

it('is one for all previews, edited in place, and says at last that they have ended', async () => {
  const [web, api] = [await make('web'), await make('api')]
  await tell(web, api)
  const [first, ...others] = await comments()
  expect(others).toEqual([])
  expect(first?.body).toMatch(/\| api \| – \| ⏳ Queued [^]*\| web \| – \| ⏳ Queued /)
  await bench.goLive(web)
  await tell(web)
  const [second] = await comments()
  expect(second?.id).toBe(first?.id)
  expect(second?.body).toMatch(
    /\| api \| – \| ⏳ Queued [^]*\| web \| \[Open\]\(http:\/\/hello--ada\.localhost:8080\) \| ✅ Live /,
  )
  for (const micro of ['web', 'api']) {
    const key = `${bench.repositoryId}/${micro}/pr-${pull.number}`
    await endTarget(bench.store, { targetKey: key, sequence: await nextSequence(bench.store) })
  }
  await tell(web, api)
  const all = await comments()
  expect(all).toHaveLength(1)
  expect(all[0]?.body).toContain('have **ended**')
})

it('says that they have ended also where the last commit was skipped, or failed', async () => {
  const [web, api] = [await make('web'), await make('api')]
  await bench.goLive(web)
  await bench.fail(api, { code: 'build-failed', message: 'no' })
  await tell(web, api)
  const config = sampleConfig({ name: 'web' })
  const { repositoryId, installationId } = bench
  const place = { repositoryId, installationId, config, target: preview(pull.number), sha: 'e'.repeat(40) }
  const skipped = sampleBase({ ...place, sequence: await nextSequence(bench.store) })
  await skipDeployment(bench.store, skipped, '[skip ci]')
  await tell(skipped.id)
  expect((await comments())[0]?.body).toMatch(/\| web \| \[Open\].*➖ `Skipped: \[skip ci\]`/)
  for (const micro of ['web', 'api']) {
    const key = `${bench.repositoryId}/${micro}/pr-${pull.number}`
    await endTarget(bench.store, { targetKey: key, sequence: await nextSequence(bench.store) })
  }
  await tell(web, api)
  const [last] = await comments()
  expect(last?.body).toContain('have **ended**')
  expect(last?.body).toContain('| web | – | Ended |')
})

it('is never a second one, however many reports come at once, and after the answer to the first was lost', async () => {
  const ids = [await make('a'), await make('b'), await make('c')]
  await bench.faults([{ method: 'POST', path: '/comments$', hangUp: 'after' }])
  await tell(...ids, ...ids)
  bench.restart()
  await bench.store.redis.del(bench.store.keys.comment(`${bench.repositoryId}/${pull.number}`))
  await tell(...ids)
  expect(await comments()).toHaveLength(1)
})

it('stays the only one when GitHub says for once that it is not there', async () => {
  const id = await make()
  await tell(id)
  await bench.goLive(id)
  await bench.faults([{ method: 'PATCH', path: '/comments/', status: 404 }])
  await tell(id)
  expect((await comments()).map(({ body }) => body)).toEqual([expect.stringContaining('✅ Live')])
})

it('is made again when somebody deleted it', async () => {
  const id = await make()
  await tell(id)
  const [first] = await comments()
  await bench.octokit.rest.issues.deleteComment({ ...bench.repo, comment_id: first?.id ?? 0 })
  await bench.goLive(id)
  await tell(id)
  expect((await comments()).map(({ body }) => body)).toEqual([expect.stringContaining('✅ Live')])
})

it('is ours alone: what a person wrote with the same mark stays as it is', async () => {
  const body = `${MARKER}\nclick here`
  await bench.person.rest.issues.createComment({ ...bench.repo, issue_number: pull.number, body })
  await tell(await make())
  const all = await comments()
  expect(all.map(({ body: text }) => text)).toEqual([body, expect.stringContaining('⏳ Queued')])
})

it('is not written where the repository wants none, and not where nothing is built', async () => {
  const base = sampleBase({
    repositoryId: bench.repositoryId,
    installationId: bench.installationId,
    sha: pull.sha,
    sequence: await nextSequence(bench.store),
    config: sampleConfig({ name: 'skipped' }),
    target: preview(pull.number),
  })
  await skipDeployment(bench.store, base, '[skip ci]')
  await tell(base.id)
  expect(await comments()).toEqual([])
  const of = { repositoryId: bench.repositoryId, pull: pull.number }
  await wantPullComment(bench.store, { ...of, wanted: false })
  const id = await make()
  await tell(id)
  expect(await comments()).toEqual([])
  await wantPullComment(bench.store, { ...of, wanted: true })
  await tell(id)
  expect((await comments()).map(({ body }) => body)).toEqual([
    expect.stringMatching(/hello[^]*➖ `Skipped: \[skip ci\]`/),
  ])
})

it('says how a commit of a fork is approved, and goes on when it is', async () => {
  const id = await bench.deployment(
    { sha: pull.sha, target: preview(pull.number, { fork: true, secrets: 'none' }), withheld: ['API_KEY'] },
    'held',
  )
  await tell(id)
  expect((await comments())[0]?.body).toMatch(/`\/deploy`[^]*Withheld secrets: `API_KEY`/)
  await transitionDeployment(bench.store, { id, from: ['held'], to: 'queued' })
  await tell(id)
  expect((await comments())[0]?.body).toMatch(/⏳ Queued/)
})
