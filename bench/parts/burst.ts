import { setTimeout as sleep } from 'node:timers/promises'
import { readMetric } from '../../test/journey/support/metrics.ts'
import type { Stack } from '../../test/journey/support/stack.ts'
import { apps, deploy } from '../apps.ts'
import { roundTrip } from '../load/requests.ts'
import { ms } from '../statistics.ts'
import { spread, type Row, type Spread } from '../row.ts'
import { seed, type Seeded } from '../seed.ts'

const MICROS = 50
const BURSTS = 3
const ALONE = 20
/** What waits for an app without any burst. */
const USUAL = 2
/** For what waits to become as many as were wanted; two at a time are started, and fifty take a quarter of a minute. */
const FOLLOW_MS = 60_000
/** Nothing is started ahead any more, and what was asked last sleeps. */
const SETTLE_MS = 4000

/**
 * Fifty different micros that are cold are asked at once, three times, each of them once in all; beside it, others one at a time. The first burst is the first
 * that the platform ever sees; before each of the others it had its time to let as many sandboxes wait as the one before had wanted.
 */
export async function benchBurst(stack: Stack, { bursts, runs } = { bursts: BURSTS, runs: ALONE }): Promise<Row[]> {
  const { repository, deployment } = await deploy(stack, apps.hello)
  await using _ = repository
  const names = Array.from({ length: bursts * MICROS + runs }, (_one, index) => `burst-${index}`)
  const seeded = await seed(stack, deployment, names)
  const alone: number[] = []
  for (const { host } of seeded.slice(bursts * MICROS)) {
    await waits(stack, USUAL)
    alone.push((await roundTrip({ port: stack.gatewayPort, host })).ms)
  }
  await waits(stack, USUAL)
  const first = await burst(stack, seeded.slice(0, MICROS))
  const later: Burst[] = []
  for (let from = MICROS; from < bursts * MICROS; from += MICROS) {
    await waits(stack, MICROS)
    later.push(await burst(stack, seeded.slice(from, from + MICROS)))
  }
  const one = spread(alone)
  const beside = `one alone p50 ${ms(one.p50)}, p95 ${ms(one.p95)} (${runs} runs)`
  const unseen = spread(first.times)
  const firstEver: Row = {
    part: 'burst',
    what: `the first such burst ever, ${first.cells} of ${MICROS} from a waiting sandbox and the others started by Docker`,
    value: `p50 ${ms(unseen.p50)}, p95 ${ms(unseen.p95)}; ${MICROS - first.times.length} failed`,
    beside,
    numbers: { p50: unseen.p50, p95: unseen.p95, failed: MICROS - first.times.length, cells: first.cells },
  }
  return later.length === 0 ? [firstEver] : [followed(later, { one, beside }), firstEver]
}

function followed(later: readonly Burst[], { one, beside }: { readonly one: Spread; readonly beside: string }): Row {
  const { p50, p95 } = spread(later.flatMap(({ times }) => times))
  const failed = later.reduce((sum, { times }) => sum + MICROS - times.length, 0)
  const cells = later.reduce((sum, burst_) => sum + burst_.cells, 0)
  return {
    part: 'burst',
    what: `${MICROS} different cold micros at once, when what waits has followed an earlier burst of as many (${later.length} bursts, ${cells} of ${MICROS * later.length} from a waiting sandbox)`,
    value: `p50 ${ms(p50)}, p95 ${ms(p95)} = ${(p95 / one.p95).toFixed(1)} × the p95 of one; ${failed} failed`,
    beside,
    bar: 'p95 ≤ 3 × that of one, no failure',
    met: failed === 0 && p95 <= 3 * one.p95,
    numbers: { p50, p95, aloneP50: one.p50, aloneP95: one.p95, failed, cells },
  }
}

interface Burst {
  /** Of those that were answered, in ms. */
  readonly times: readonly number[]
  /** How many found a sandbox that waited. */
  readonly cells: number
}

async function burst(stack: Stack, micros: readonly Seeded[]): Promise<Burst> {
  const cells = () => readMetric(stack, 'micropush_wake_duration_seconds_count', { kind: 'cell' })
  const before = await cells()
  const told = await Promise.allSettled(micros.map(({ host }) => roundTrip({ port: stack.gatewayPort, host })))
  const times = told.flatMap((one) => (one.status === 'fulfilled' ? [one.value.ms] : []))
  return { times, cells: (await cells()) - before }
}

/** Resolves when so many sandboxes wait for an app, or the time for that is over: how many there were is told by the wakes. */
async function waits(stack: Stack, count: number): Promise<void> {
  const deadline = performance.now() + FOLLOW_MS
  const ahead = () => readMetric(stack, 'micropush_sandboxes', { state: 'ahead' })
  while ((await ahead()) < count && performance.now() < deadline) await sleep(100)
  await sleep(SETTLE_MS)
}
