import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { readMetric } from '../../test/journey/support/metrics.ts'
import type { Stack } from '../../test/journey/support/stack.ts'
import { apps, deploy } from '../apps.ts'
import { roundTrip, sequence } from '../load/requests.ts'
import { processorTime } from '../peers/processor-time.ts'
import { median, ms } from '../statistics.ts'
import { inWords, spread, type Row, type Spread } from '../row.ts'
import { seed, type Seeded } from '../seed.ts'
import { batches, becomes } from './frozen.ts'

const KNOWN = 10_000
const FROZEN = 500
const FEW = 10
const WAKES = 100
const STILL_SECONDS = 30
const SETTLE_SECONDS = 20
const REFILL_SECONDS = 20
const MIB = 1024 * 1024

/** Five hundred that sleep among ten thousand that are known: what they weigh, what the platform does meanwhile, and whether wakes notice. */
export async function benchSleepers(stack: Stack): Promise<Row[]> {
  const { repository, deployment } = await deploy(stack, apps.hello)
  await using _ = repository
  const few = await seed(stack, deployment, nameAll('few', FEW))
  const fewTimes = await measure(stack, few)
  const known = await seed(stack, deployment, nameAll('known', KNOWN - FEW))
  const frozen = known.slice(0, FROZEN)
  const ahead = () => readMetric(stack, 'micropush_sandboxes', { state: 'ahead' })
  const [before, aheadBefore] = [await availableBytes(), await ahead()]
  await wakeAll(stack, frozen)
  // So many wakes let more sandboxes wait than before, each of them a process that sleeps as well.
  await sleep(REFILL_SECONDS * 1000)
  const [after, more] = [await availableBytes(), (await ahead()) - aheadBefore]
  const each = (before - after) / (FROZEN + more) / MIB
  // What a start leaves to be done later, such as compiling ahead, is no idleness.
  await sleep(SETTLE_SECONDS * 1000)
  const still = await measureStill(stack)
  const share = still.reduce((sum, { percent }) => sum + percent, 0)
  const manyTimes = await measure(stack, frozen)
  return [
    {
      part: 'sleepers',
      what: `${FROZEN} sleeping hello micros: memory of the host for each`,
      value: `${each.toFixed(1)} MiB`,
      beside: `${more} more sandboxes that wait for an app by then count as sleepers`,
      bar: '≤ 15 MiB',
      met: each <= 15,
      numbers: { mebibytes: each, ahead: more },
    },
    {
      part: 'sleepers',
      what: 'the platform when nothing happens',
      value: `${share.toFixed(2)} % of a core (${STILL_SECONDS} s)`,
      beside: still.map(({ name, percent }) => `${name} ${percent.toFixed(2)} %`).join('; '),
      bar: 'below 1 % of a core',
      met: share < 1,
      numbers: { percent: share },
    },
    among(`frozen → answer among ${KNOWN} known, ${FROZEN} of them frozen`, manyTimes.wake, fewTimes.wake),
    among(`warm request among ${KNOWN} known`, manyTimes.warm, fewTimes.warm),
  ]
}

/** What each process of the platform takes of a core. */
async function measureStill({ parts }: Stack): Promise<{ readonly name: string; readonly percent: number }[]> {
  const all = Object.entries(parts)
  const look = () => Promise.all(all.map(([, { pids }]) => processorTime(pids)))
  const before = await look()
  await sleep(STILL_SECONDS * 1000)
  const after = await look()
  return all.map(([name], at) => ({
    name,
    percent: ((after[at] ?? 0) - (before[at] ?? 0)) / (STILL_SECONDS * 10),
  }))
}

/** As with few: within what one run differs from another. */
function among(what: string, many: Spread, few: Spread): Row {
  const ratio = many.p50 / few.p50
  return {
    part: 'sleepers',
    what,
    value: inWords(many),
    beside: `among ${FEW} known: p50 ${ms(few.p50)}; ratio ${ratio.toFixed(2)}`,
    bar: `as among ${FEW} (ratio ≤ 1.25)`,
    met: ratio <= 1.25,
    numbers: { p50: many.p50, p99: many.p99, fewP50: few.p50, ratio },
  }
}

async function measure(
  stack: Stack,
  sleepers: readonly Seeded[],
): Promise<{ readonly wake: Spread; readonly warm: Spread }> {
  await wakeAll(stack, sleepers.slice(0, WAKES))
  const wakes: number[] = []
  for (let index = 0; index < WAKES; index++) {
    const one = sleepers[index % sleepers.length]
    if (one === undefined) break
    await becomes(stack, one.deploymentId, 'frozen')
    wakes.push((await roundTrip({ port: stack.gatewayPort, host: one.host })).ms)
  }
  const warm = await sequence({ port: stack.gatewayPort, host: sleepers[0]?.host ?? '' }, 1000)
  return { wake: spread(wakes), warm: spread(warm) }
}

async function wakeAll(stack: Stack, sleepers: readonly Seeded[]): Promise<void> {
  const wake = async (some: readonly Seeded[]) => {
    for (const { host } of some) await roundTrip({ port: stack.gatewayPort, host })
  }
  await Promise.all(batches(sleepers, 4).map(wake))
  for (const { deploymentId } of sleepers) await becomes(stack, deploymentId, 'frozen')
}

function nameAll(what: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${what}-${index}`)
}

/** What Linux could give out without swapping; the median of some looks. */
async function availableBytes(): Promise<number> {
  const looks: number[] = []
  for (let look = 0; look < 5; look++) {
    await sleep(400)
    const text = await readFile('/proc/meminfo', 'utf8')
    looks.push(Number(/^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1]) * 1024)
  }
  return median(looks)
}
