import { afterEach, expect, it } from 'vitest'
import { faultsOf, parseExposition, type Family } from '../support/exposition.ts'
import { deploy, push } from './support/deploy.ts'
import { readMetric } from './support/metrics.ts'
import { nodeMicro } from './support/micros.ts'
import { startStack, type Stack } from './support/stack.ts'

let stack: Stack
afterEach(() => stack[Symbol.asyncDispose]())

async function start(more: Readonly<Record<string, string>> = {}): Promise<void> {
  const usual = { MICROPUSH_SANDBOX: 'runc', MICROPUSH_CELLS: '0', MICROPUSH_IDLE_SECONDS: '0.3' }
  stack = await startStack({ ...usual, ...more })
}

type Labels = Readonly<Record<string, string>>

async function scrape(port: number): Promise<ReadonlyMap<string, Family>> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
  expect(answer.status).toBe(200)
  return parseExposition(await answer.text())
}

const ofEngine = (name: string, labels?: Labels) => readMetric(stack, name, labels)
const ofBot = (name: string, labels?: Labels) => readMetric({ metricsPort: stack.botPort }, name, labels)
const within = { timeout: 20_000, interval: 100 }

it('deploys, sleep, wakes, failures and answers are told as they happened', async () => {
  await start()
  const crashing = "if (request.url === '/exit') process.exit(1)\nresponse.end('here')"
  const host = await deploy(stack, { fullName: 'ada/told', files: nodeMicro(crashing) })
  // It is put to sleep at once, before anybody has asked for it.
  await expect.poll(() => ofEngine('micropush_sandboxes', { state: 'frozen' }), within).toBe(1)
  expect(await ofEngine('micropush_sandboxes', { state: 'hot' })).toBe(0)
  expect(await ofEngine('micropush_sandbox_memory_bytes', { state: 'frozen' })).toBeGreaterThan(1e6)
  expect(await ofEngine('micropush_state_changes_total', { from: 'hot', to: 'frozen' })).toBe(1)
  expect(await ofEngine('micropush_wake_duration_seconds_count')).toBe(0)

  expect((await stack.ask(host)).body).toBe('here')
  expect(await ofEngine('micropush_wake_duration_seconds_count', { kind: 'frozen' })).toBe(1)
  expect(await ofEngine('micropush_wake_duration_seconds_sum', { kind: 'frozen' })).toBeLessThan(5)
  await expect.poll(() => ofEngine('micropush_sandboxes', { state: 'frozen' }), within).toBe(1)
  expect(await ofEngine('micropush_state_changes_total', { from: 'frozen', to: 'hot' })).toBe(1)
  expect(await ofEngine('micropush_sandbox_seconds_total', { state: 'frozen' })).toBeGreaterThan(0)

  // Two crashes in a row, and it is given a pause.
  expect((await stack.ask(host, { path: '/exit' })).status).toBe(502)
  await expect.poll(async () => (await stack.ask(host, { path: '/exit' })).status, within).toBe(502)
  await expect.poll(async () => (await stack.ask(host, { path: '/exit' })).status, within).toBe(503)
  expect(await ofEngine('micropush_wake_duration_seconds_count', { kind: 'plain' })).toBeGreaterThan(0)
  expect(await ofEngine('micropush_wake_failures_total', { fault: 'user' })).toBeGreaterThan(0)
  const answers = { '2xx': 1, '5xx': 3 }
  for (const [status, least] of Object.entries(answers)) {
    const counted = () => ofEngine('micropush_request_duration_seconds_count', { status })
    await expect.poll(counted, within).toBeGreaterThanOrEqual(least)
  }
  expect(await ofEngine('micropush_request_wait_seconds_count')).toBeGreaterThan(0)
  expect(await ofEngine('micropush_gateways')).toBeGreaterThan(0)
  expect(await ofEngine('micropush_deployments')).toBe(1)

  expect(
    await push(stack, {
      fullName: 'ada/broken',
      files: { ...nodeMicro(''), 'micro.yml': 'v: 1\nruntime: nodejs24\nbuild: exit 3\n' },
    }),
  ).toMatchObject({ state: 'failure' })
  expect(await ofBot('micropush_deployments_total', { outcome: 'live' })).toBe(1)
  expect(await ofBot('micropush_deployments_total', { outcome: 'failed', code: 'build-failed' })).toBe(1)
  const stage = 'micropush_deploy_stage_duration_seconds_count'
  expect(await ofEngine(stage, { stage: 'publish', result: 'live' })).toBe(1)
  expect(await ofEngine(stage, { stage: 'build', result: 'failed' })).toBe(1)
  expect(await ofEngine(stage, { stage: 'start', result: 'failed' })).toBe(0)
  expect(
    await ofBot('micropush_github_requests_total', { kind: 'status', method: 'POST', status: '2xx' }),
  ).toBeGreaterThan(1)
  await expect.poll(() => ofBot('micropush_github_outbox_jobs'), within).toBe(0)
  expect(await ofBot('micropush_part_up', { part: 'engine' })).toBe(1)
  expect(await ofBot('micropush_part_up', { part: 'gateway' })).toBe(1)

  expect(faultsOf(await scrape(stack.metricsPort))).toEqual([])
  expect(faultsOf(await scrape(stack.botPort))).toEqual([])
})

it('a gateway that is killed takes a few seconds of counts at most, and no sum becomes smaller', async () => {
  await start()
  const host = await deploy(stack, { fullName: 'ada/counted', files: nodeMicro("response.end('here')") })
  const counted = () => ofEngine('micropush_request_duration_seconds_count', { status: '2xx' })
  for (let asked = 0; asked < 20; asked += 1) expect((await stack.ask(host)).status).toBe(200)
  await expect.poll(counted, within).toBe(20)
  await stack.parts.gateway.kill('SIGKILL')
  expect(await counted()).toBe(20)
  stack.parts.gateway.start()
  await expect.poll(async () => (await stack.ask(host).catch(() => undefined))?.status, within).toBe(200)
  await expect.poll(counted, within).toBeGreaterThanOrEqual(21)
  // One that is told to stop says first what it has counted.
  const before = await counted()
  for (let asked = 0; asked < 5; asked += 1) expect((await stack.ask(host)).status).toBe(200)
  await stack.parts.gateway.kill('SIGTERM')
  await expect.poll(counted, within).toBeGreaterThanOrEqual(before + 5)
  expect(await ofEngine('micropush_gateways')).toBe(0)
  expect(await ofEngine('micropush_gateway_connections')).toBe(0)
  stack.parts.gateway.start()
})

it('what was let go is told, and by what it came back', async () => {
  await start({ MICROPUSH_EVICT_SECONDS: '1', MICROPUSH_CELLS: '1' })
  const host = await deploy(stack, { fullName: 'ada/cold', files: nodeMicro("response.end('here')") })
  await expect.poll(() => ofEngine('micropush_deployments', { state: 'cold' }), within).toBe(1)
  expect(await ofEngine('micropush_evictions_total', { reason: 'time' })).toBe(1)
  expect(await ofEngine('micropush_state_changes_total', { from: 'frozen', to: 'cold' })).toBe(1)
  expect(await ofEngine('micropush_state_duration_seconds_sum', { state: 'frozen' })).toBeGreaterThanOrEqual(1)
  await expect.poll(() => ofEngine('micropush_sandboxes', { state: 'ahead' }), within).toBe(1)
  expect(await ofEngine('micropush_sandbox_memory_bytes', { state: 'ahead' })).toBeGreaterThan(1e6)

  expect((await stack.ask(host)).body).toBe('here')
  expect(await ofEngine('micropush_wake_duration_seconds_count', { kind: 'cell' })).toBe(1)
  expect(await ofEngine('micropush_wake_duration_seconds_count')).toBe(1)
  expect(await ofEngine('micropush_deployments', { state: 'cold' })).toBe(0)
})
