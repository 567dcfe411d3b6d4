import { beforeEach, expect, it } from 'vitest'
import { durationBoundsSeconds, type FromGateway } from '../../../runner/gateway/protocol.ts'
import { createMetrics } from '../../../runner/metrics/create-metrics.ts'
import type { Metrics, Standing } from '../../../runner/metrics/metrics.ts'
import { faultsOf, parseExposition, valueOf } from '../../support/exposition.ts'

type Counts = Extract<FromGateway, { type: 'counts' }>

let sandboxes: { containerId: string; state: Standing }[]
let metrics: Metrics
beforeEach(() => {
  sandboxes = []
  metrics = createMetrics({
    standing: () => sandboxes,
    gateways: () => 2,
    deployments: () => ({ hot: 1, frozen: 2, cold: 9 }),
    memory: () => ({ totalBytes: 8e9, availableBytes: 4e9, reserveBytes: 1e9 }),
    memoryOf: (id) => Promise.resolve(id === 'gone' ? undefined : Number(id)),
  })
})

async function read() {
  const { text } = await metrics.read()
  const families = parseExposition(text)
  return { families, value: (name: string, labels = {}) => valueOf(families, name, labels) }
}

/** One answer in the bucket of 5 ms, and one that took longer than all bounds. */
function counts(over: Partial<Counts> = {}): Counts {
  const buckets = durationBoundsSeconds.map((bound) => (bound === 0.005 ? 1 : 0))
  const durations = { count: 2, seconds: 40.004, buckets: [...buckets, 1] }
  return {
    type: 'counts',
    requests: [{ status: '2xx', ...durations }],
    waits: durations,
    refused: 3,
    waiting: 4,
    connections: 5,
    ...over,
  }
}

it('everything that is told has a description, a type, a unit and bounded labels', async () => {
  metrics.wake({ kind: 'frozen', ms: 2 })
  metrics.wakeFailed('user')
  metrics.state({ from: 'hot', to: 'frozen', ms: 3000 })
  metrics.evicted('memory')
  metrics.deployed({ result: 'live', timings: { queued: 5, build: 1000, total: 1005 } })
  metrics.counts({}, counts())
  const { families } = await read()
  expect(faultsOf(families)).toEqual([])
  expect(families.size).toBeGreaterThan(20)
})

it('wakes are counted by kind, with how long they took', async () => {
  metrics.wake({ kind: 'frozen', ms: 1.9 })
  metrics.wake({ kind: 'frozen', ms: 4 })
  metrics.wake({ kind: 'snapshot', ms: 180 })
  const { value } = await read()
  expect(value('micropush_wake_duration_seconds_count', { kind: 'frozen' })).toBe(2)
  expect(value('micropush_wake_duration_seconds_bucket', { kind: 'frozen', le: '0.002' })).toBe(1)
  expect(value('micropush_wake_duration_seconds_sum', { kind: 'snapshot' })).toBeCloseTo(0.18)
})

it('each kind of wake is there before the first one, so that its rate is right from then on', async () => {
  const { families } = await read()
  const kinds = families
    .get('micropush_wake_duration_seconds')
    ?.samples.filter(({ name }) => name.endsWith('_count'))
    .map(({ labels, value }) => [labels['kind'], value])
  expect(kinds).toEqual([
    ['frozen', 0],
    ['cell', 0],
    ['snapshot', 0],
    ['plain', 0],
  ])
})

it('a clock that was set back makes no sum smaller', async () => {
  metrics.wake({ kind: 'plain', ms: -5000 })
  metrics.deployed({ result: 'failed', timings: { build: -1 } })
  const { value } = await read()
  expect(value('micropush_wake_duration_seconds_sum', { kind: 'plain' })).toBe(0)
  expect(value('micropush_deploy_stage_duration_seconds_sum', { stage: 'build' })).toBe(0)
})

it('sandboxes are counted by state, as they stand when somebody asks', async () => {
  sandboxes = [
    { containerId: '1000', state: 'hot' },
    { containerId: '200', state: 'frozen' },
    { containerId: '30', state: 'frozen' },
    { containerId: 'gone', state: 'frozen' },
    { containerId: '7', state: 'ahead' },
  ]
  const { value } = await read()
  expect(value('micropush_sandboxes', { state: 'hot' })).toBe(1)
  expect(value('micropush_sandboxes', { state: 'frozen' })).toBe(3)
  expect(value('micropush_sandbox_memory_bytes', { state: 'hot' })).toBe(1000)
  expect(value('micropush_sandbox_memory_bytes', { state: 'frozen' })).toBe(230)
  expect(value('micropush_sandboxes', { state: 'ahead' })).toBe(1)
  expect(value('micropush_sandbox_memory_bytes', { state: 'ahead' })).toBe(7)
  expect(value('micropush_deployments', { state: 'cold' })).toBe(9)
  expect(value('micropush_host_memory_available_bytes')).toBe(4e9)
  expect(value('micropush_host_memory_reserve_bytes')).toBe(1e9)
})

it('what a state took is counted when it ends, where somebody knows', async () => {
  metrics.state({ from: 'cold', to: 'hot' })
  metrics.state({ from: 'hot', to: 'frozen', ms: 4000 })
  const { value } = await read()
  expect(value('micropush_state_changes_total', { from: 'cold', to: 'hot' })).toBe(1)
  expect(value('micropush_state_duration_seconds_count', { state: 'hot' })).toBe(1)
  expect(value('micropush_state_duration_seconds_sum', { state: 'hot' })).toBe(4)
  expect(value('micropush_state_duration_seconds_count', { state: 'cold' })).toBe(0)
})

it('a stage of an unknown name is no series of its own', async () => {
  metrics.deployed({ result: 'live', timings: { d0123456789abcdef: 5 } })
  const { value } = await read()
  expect(value('micropush_deploy_stage_duration_seconds_count', { stage: 'other', result: 'live' })).toBe(1)
})

it('what several gateways counted is added up, bucket by bucket', async () => {
  metrics.counts({}, counts())
  metrics.counts({}, counts({ requests: [{ status: '5xx', ...counts().waits }, ...counts().requests] }))
  const { value } = await read()
  const ofClass = (status: string, le: string) => value('micropush_request_duration_seconds_bucket', { status, le })
  expect([ofClass('2xx', '0.0025'), ofClass('2xx', '0.005'), ofClass('2xx', '30'), ofClass('2xx', '+Inf')]).toEqual([
    0, 2, 2, 4,
  ])
  expect(value('micropush_request_duration_seconds_count', { status: '2xx' })).toBe(4)
  expect(value('micropush_request_duration_seconds_count', { status: '5xx' })).toBe(2)
  expect(value('micropush_request_duration_seconds_sum', { status: '2xx' })).toBeCloseTo(80.008)
  expect(value('micropush_request_wait_seconds_count')).toBe(4)
  expect(value('micropush_requests_refused_total')).toBe(6)
})

it('a gateway that leaves takes its moment with it, and nothing that it counted', async () => {
  const [one, other] = [{}, {}]
  metrics.counts(one, counts())
  metrics.counts(other, counts({ waiting: 10, connections: 20 }))
  metrics.counts(one, counts({ requests: [], refused: 0, waiting: 1, connections: 2 }))
  expect((await read()).value('micropush_requests_waiting')).toBe(11)
  metrics.gatewayLeft(other)
  const { value } = await read()
  expect(value('micropush_requests_waiting')).toBe(1)
  expect(value('micropush_gateway_connections')).toBe(2)
  expect(value('micropush_request_duration_seconds_count', { status: '2xx' })).toBe(4)
  expect(value('micropush_requests_refused_total')).toBe(6)
})

it('nothing is read of sandboxes or memory while nobody asks', async () => {
  let asked = 0
  const idle = createMetrics({
    standing: () => {
      asked += 1
      return []
    },
    gateways: () => 0,
    deployments: () => ({ hot: 0, frozen: 0, cold: 0 }),
    memory: () => undefined,
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked).toBe(0)
  await idle.read()
  expect(asked).toBeGreaterThan(0)
})
