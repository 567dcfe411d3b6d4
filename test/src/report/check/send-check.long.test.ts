import { afterAll, beforeAll, expect, it } from 'vitest'
import { nextSequence, transitionDeployment } from '../../../../contract/store/deployments.ts'
import { endTarget } from '../../../../contract/store/micros.ts'
import { appendLog } from '../../../../contract/store/logs/deployment-logs.ts'
import { startBench, type Bench } from '../support.ts'

let bench: Bench
let micros = 0
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

/** A micro that no other test has; all of them are at the same commit. */
async function make(state?: 'queued' | 'held') {
  const micro = `m${(micros += 1)}`
  const id = await bench.deployment({ micro }, state)
  return { micro, id }
}

async function runs(micro: string) {
  const place = { ...bench.repo, ref: bench.sha, check_name: `${micro} (log)` }
  const { data } = await bench.octokit.rest.checks.listForRef({ ...place, filter: 'all' })
  return data.check_runs.toSorted((a, b) => a.id - b.id)
}

async function tell(id: string) {
  await bench.report(id)
  await bench.settle()
}

it('is one run from the queue to the end of its log', async () => {
  const { micro, id } = await make()
  await tell(id)
  expect(await runs(micro)).toMatchObject([
    { status: 'queued', conclusion: null, external_id: id, details_url: `http://bot.test/d/${id}` },
  ])
  await bench.build(id)
  await tell(id)
  expect(await runs(micro)).toMatchObject([{ status: 'in_progress', conclusion: null, output: { title: 'Building' } }])
  await appendLog(bench.store, { id, text: '\u001B[31mred\u001B[0m\n@everybody ```\n' })
  await bench.goLive(id, { runtime: 'nodejs24', warnings: ['a | b @me'], isolation: 'runc' })
  await tell(id)
  const [run, ...others] = await runs(micro)
  expect(others).toEqual([])
  expect(run).toMatchObject({ status: 'completed', conclusion: 'success' })
  expect(run?.output.title).toMatch(/^Live in .* · nodejs24/)
  expect(run?.output.summary).toContain('| Endpoint | http://hello--ada.localhost:8080 |')
  expect(run?.output.summary).toContain('- `a ¦ b @me`')
  expect(run?.output.text).toBe('````text\nred\n@everybody ```\n````')
})

it('has annotations on the lines that a failed build names, once', async () => {
  const { micro, id } = await make()
  await bench.build(id)
  await tell(id)
  await appendLog(bench.store, { id, text: "src/a.ts(3,1): error TS1005: '}' expected.\n" })
  await bench.fail(id, { code: 'build-failed', message: 'tsc failed' })
  await bench.faults([{ method: 'PATCH', path: '/check-runs/', hangUp: 'after' }])
  await tell(id)
  const [run] = await runs(micro)
  expect(run).toMatchObject({ conclusion: 'failure', output: { title: 'tsc failed', annotations_count: 1 } })
  const { data } = await bench.octokit.rest.checks.listAnnotations({ ...bench.repo, check_run_id: run?.id ?? 0 })
  expect(data).toMatchObject([
    { path: 'src/a.ts', start_line: 3, annotation_level: 'failure', message: "TS1005: '}' expected." },
  ])
})

it('is not made twice when the answer to the first request is lost', async () => {
  const { micro, id } = await make()
  await bench.faults([{ method: 'POST', path: '/check-runs$', hangUp: 'after' }])
  await tell(id)
  expect(await runs(micro)).toHaveLength(1)
})

it('is not made a second time when GitHub says for once that it is not there', async () => {
  const { micro, id } = await make()
  await tell(id)
  await bench.goLive(id)
  await bench.faults([{ method: 'PATCH', path: '/check-runs/', status: 404 }])
  await tell(id)
  expect(await runs(micro)).toMatchObject([{ status: 'completed', conclusion: 'success' }])
})

it('asks for approval by a button, and goes on in a new run when it was given', async () => {
  const { micro, id } = await make('held')
  await tell(id)
  const held = await runs(micro)
  expect(held).toMatchObject([{ status: 'completed', conclusion: 'action_required' }])
  expect(held[0]?.output.title).toMatch(/^Waits for approval: /)
  await transitionDeployment(bench.store, { id, from: ['held'], to: 'queued' })
  await tell(id)
  expect(await runs(micro)).toMatchObject([{ conclusion: 'action_required' }, { status: 'queued' }])
})

it('is told of what takes its place: no buttons are left on it', async () => {
  const { micro, id } = await make()
  await bench.goLive(id)
  await tell(id)
  const other = await bench.deployment({ micro })
  await bench.goLive(other)
  await tell(other)
  const [older, newer] = await runs(micro)
  expect(older).toMatchObject({
    external_id: id,
    conclusion: 'success',
    output: { title: 'Was live, and was replaced' },
  })
  expect(newer).toMatchObject({ external_id: other, conclusion: 'success' })
})

it('is left out for what ended before anything was said, and ends with what was', async () => {
  const [early, late] = [await make(), await make()]
  await tell(late.id)
  for (const { micro } of [early, late]) {
    const key = `${bench.repositoryId}/${micro}`
    await endTarget(bench.store, { targetKey: key, sequence: await nextSequence(bench.store) })
  }
  await tell(early.id)
  await tell(late.id)
  expect(await runs(early.micro)).toEqual([])
  expect(await runs(late.micro)).toMatchObject([{ conclusion: 'cancelled' }])
})

it('shows the end of a log that is longer than GitHub takes', async () => {
  const { micro, id } = await make()
  await appendLog(bench.store, { id, text: `${'ü`'.repeat(40)}\n`.repeat(3000) })
  await appendLog(bench.store, { id, text: 'the last line\n' })
  await bench.goLive(id)
  await tell(id)
  const [run] = await runs(micro)
  expect(Buffer.byteLength(run?.output.text ?? '')).toBeLessThanOrEqual(65_535)
  expect(Buffer.byteLength(run?.output.text ?? '')).toBeGreaterThan(64_000)
  expect(run?.output.text).toContain('the last line\n``')
  expect(run?.output.text).toContain(`http://bot.test/d/${id}`)
})

it('marks the lines of a config file that are wrong, where there is no deployment', async () => {
  const sha = await bench.commit()
  const place = { installationId: bench.installationId, owner: 'ada', repository: 'hello', sha }
  const findings = [
    { file: 'micro.yml', line: 2, column: 1, message: 'unknown key "runtme"' },
    { file: 'micro.yml', line: 5, column: 3, message: 'a `b` @c' },
  ]
  await bench.add({ kind: 'findings', ...place, sequence: 1, findings })
  await bench.add({ kind: 'findings', ...place, sequence: 1, findings })
  await bench.settle()
  const { data } = await bench.octokit.rest.checks.listForRef({ ...bench.repo, ref: sha, filter: 'all' })
  expect(data.check_runs).toMatchObject([
    { name: 'micro.yml', conclusion: 'failure', output: { title: '2 things are wrong', annotations_count: 2 } },
  ])
  expect(data.check_runs[0]?.output.summary).toContain("- line 5: `a 'b' @c`")
  const id = data.check_runs[0]?.id ?? 0
  const { data: marks } = await bench.octokit.rest.checks.listAnnotations({ ...bench.repo, check_run_id: id })
  expect(marks.map(({ path, start_line: line }) => `${path}:${line}`)).toEqual(['micro.yml:2', 'micro.yml:5'])

  const later = await bench.deployment({ sha, micro: 'granted' })
  await tell(later)
  const { data: mended } = await bench.octokit.rest.checks.get({ ...bench.repo, check_run_id: id })
  expect(mended).toMatchObject({ name: 'micro.yml', conclusion: 'success' })
})
