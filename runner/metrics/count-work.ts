import { Counter, Histogram, type Registry } from 'prom-client'
import { addCounter, addGauge } from '../../contract/metrics/collected.ts'
import type { Fault } from '../../contract/errors.ts'
import type { Temperature } from '../../contract/sandbox-state.ts'
import type { EvictReason, Standing, WakeKind, WorkMetrics } from './metrics.ts'
import { createStateClock } from './state-clock.ts'

/** Seconds. A thaw takes two thousandths of a second, a plain start of a large app many. */
const WAKE_BUCKETS = [0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30]
const STATE_BUCKETS = [1, 3, 10, 30, 60, 300, 900, 1800, 3600, 4 * 3600, 12 * 3600, 24 * 3600, 7 * 24 * 3600]
const STAGE_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]

/** The stages that `runner/deploy.ts` measures; a name that is not among them is counted as `other`. */
const STAGES: ReadonlySet<string> = new Set([
  'queued',
  'room',
  'fetch',
  'prepare',
  'build',
  'start',
  'publish',
  'total',
])

interface Sources {
  /** All sandboxes that there are. */
  standing(): readonly { readonly state: Standing }[]
  /** How many deployments that a host leads to are in each state. */
  deployments(): Readonly<Record<Temperature, number>>
}

/** Wakes, states and deployments. */
export function countWork(registry: Registry, sources: Sources): WorkMetrics {
  const registers = [registry]
  const standing = () => sources.standing().map(({ state }) => state)
  const clock = createStateClock(() => performance.now() / 1000)
  const wakes = new Histogram<'kind'>({
    name: 'micropush_wake_duration_seconds',
    help: 'Time from the first request for a sleeping deployment until its sandbox could be dialled, by how it was woken.',
    labelNames: ['kind'],
    buckets: WAKE_BUCKETS,
    registers,
  })
  const failures = new Counter<'fault'>({
    name: 'micropush_wake_failures_total',
    help: 'Wakes that came to nothing, by whose fault it was.',
    labelNames: ['fault'],
    registers,
  })
  const stays = new Histogram<'state'>({
    name: 'micropush_state_duration_seconds',
    help: 'How long sandboxes were in a state, noted when they left it.',
    labelNames: ['state'],
    buckets: STATE_BUCKETS,
    registers,
  })
  const changes = new Counter<'from' | 'to'>({
    name: 'micropush_state_changes_total',
    help: 'Sandboxes that went from one state to another; cold is no sandbox at all.',
    labelNames: ['from', 'to'],
    registers,
  })
  const evictions = new Counter<'reason'>({
    name: 'micropush_evictions_total',
    help: 'Sandboxes that were let go while their deployment is kept.',
    labelNames: ['reason'],
    registers,
  })
  const stages = new Histogram<'stage' | 'result'>({
    name: 'micropush_deploy_stage_duration_seconds',
    help: 'Time that deployments took in each stage, and in all (total), by how they ended.',
    labelNames: ['stage', 'result'],
    buckets: STAGE_BUCKETS,
    registers,
  })
  addGauge<'state'>(registry, {
    name: 'micropush_sandboxes',
    help: 'Sandboxes that there are at the moment.',
    labelNames: ['state'],
    collect(metric) {
      const now = standing()
      for (const state of ['hot', 'frozen', 'ahead'] as const) {
        metric.set({ state }, now.filter((one) => one === state).length)
      }
    },
  })
  addGauge<'state'>(registry, {
    name: 'micropush_deployments',
    help: 'Deployments that a host name leads to; those without a sandbox are cold.',
    labelNames: ['state'],
    collect(metric) {
      for (const [state, count] of Object.entries(sources.deployments())) metric.set({ state }, count)
    },
  })
  addCounter<'state'>(registry, {
    name: 'micropush_sandbox_seconds_total',
    help: 'Seconds that all sandboxes together have been in each state.',
    labelNames: ['state'],
    collect(metric) {
      for (const [state, seconds] of clock.read(standing())) metric.inc({ state }, seconds)
    },
  })
  startAtZero({ wakes, failures, evictions })
  return {
    wake: ({ kind, ms }) => wakes.observe({ kind }, seconds(ms)),
    wakeFailed: (fault) => failures.inc({ fault }),
    state({ from, to, ms }) {
      changes.inc({ from, to })
      if (ms !== undefined) stays.observe({ state: from }, seconds(ms))
      clock.move(from, to)
    },
    evicted: (reason) => evictions.inc({ reason }),
    deployed({ result, timings }) {
      for (const [name, ms] of Object.entries(timings)) {
        stages.observe({ stage: STAGES.has(name) ? name : 'other', result }, seconds(ms))
      }
    },
  }
}

/** A series that begins with its first event looks to `rate` as if that event had never been. */
function startAtZero(of: {
  readonly wakes: Histogram<'kind'>
  readonly failures: Counter<'fault'>
  readonly evictions: Counter<'reason'>
}): void {
  for (const kind of ['frozen', 'cell', 'snapshot', 'plain'] satisfies WakeKind[]) of.wakes.zero({ kind })
  for (const fault of ['user', 'operator', 'platform'] satisfies Fault[]) of.failures.inc({ fault }, 0)
  for (const reason of ['time', 'memory', 'scale'] satisfies EvictReason[]) of.evictions.inc({ reason }, 0)
}

/** A clock that was set back makes a time negative, and nothing may make a sum smaller. */
function seconds(ms: number): number {
  return Math.max(0, ms) / 1000
}
