import { setTimeout as sleep } from 'node:timers/promises'
import { stateOf } from '../../test/journey/support/sandbox-state.ts'
import type { Stack } from '../../test/journey/support/stack.ts'
import { apps, deploy, plainApp } from '../apps.ts'
import { partsInWords, roundTrip, WITH_TIMING, type Told } from '../load/requests.ts'
import type { Isolation } from '../options.ts'
import { PlainContainer } from '../peers/plain-container.ts'
import { inWords, spread, type Row } from '../row.ts'
import { seed, type Seeded } from '../seed.ts'
import { ms } from '../statistics.ts'

const SLEEPERS = 100
const WAKES = 200
const PEER_RUNS = 25
const PEER_STARTS = 10

/** From frozen to answered, through the gateway, among 100 sleepers; beside it what Docker alone makes of pause and stop. */
export async function benchFrozen(stack: Stack, isolation: Isolation): Promise<Row[]> {
  const { deployment, repository } = await deploy(stack, apps.hello)
  await using _ = repository
  const sleepers = await seed(
    stack,
    deployment,
    Array.from({ length: SLEEPERS }, (_, index) => `frozen-${index}`),
  )
  const container = await PlainContainer.create(
    await plainApp(stack, { app: apps.hello, deployment, isolation }),
    stack.dataDir,
  )
  try {
    await Promise.all(
      batches(sleepers, 4).map(async (some) => {
        for (const one of some) await roundTrip({ port: stack.gatewayPort, host: one.host })
      }),
    )
    const starts: number[] = []
    for (let index = 0; index < PEER_STARTS; index++) {
      starts.push(await container.start())
      if (index + 1 < PEER_STARTS) await container.stop()
    }
    const wakes: Told[] = []
    const unpauses: number[] = []
    for (let index = 0; index < WAKES; index++) {
      const sleeper = sleepers[index % SLEEPERS]
      if (sleeper === undefined) break
      await becomes(stack, sleeper.deploymentId, 'frozen')
      wakes.push(await roundTrip({ port: stack.gatewayPort, host: sleeper.host, headers: WITH_TIMING }))
      if (index % Math.floor(WAKES / PEER_RUNS) !== 0) continue
      await container.pause()
      unpauses.push(await container.unpause())
    }
    const [ours, unpause, start] = [spread(wakes.map((told) => told.ms)), spread(unpauses), spread(starts)]
    const ratio = ours.p50 / unpause.p50
    return [
      {
        part: 'frozen',
        what: `frozen → answer under ${isolation}, ${SLEEPERS} sleepers`,
        value: inWords(ours),
        beside: `\`docker unpause\` + request ${ms(unpause.p50)}; \`docker start\` + request ${ms(start.p50)}; ratio to unpause ${ratio.toFixed(2)}; where it goes: ${partsInWords(wakes)}`,
        bar: `p50 ≤ 3 ms, p99 ≤ 15 ms${isolation === 'runc' ? '; ≤ 0.2 × unpause' : ''}`,
        met: ours.p50 <= 3 && ours.p99 <= 15 && (isolation === 'gvisor' || ratio <= 0.2),
        numbers: { p50: ours.p50, p99: ours.p99, unpauseP50: unpause.p50, startP50: start.p50, ratio },
      },
    ]
  } finally {
    await container.remove()
  }
}

const BECOMES_MS = 60_000

/** Waits until a deployment is frozen, or cold. */
export async function becomes(stack: Stack, deploymentId: string, temperature: 'frozen' | 'cold'): Promise<void> {
  for (const untilMs = Date.now() + BECOMES_MS; ; await sleep(20)) {
    if ((await stateOf(stack, deploymentId)).temperature === temperature) return
    if (Date.now() > untilMs) throw new Error(`${deploymentId} did not become ${temperature}`)
  }
}

export function batches(all: readonly Seeded[], count: number): Seeded[][] {
  return Array.from({ length: count }, (_, at) => all.filter((_one, index) => index % count === at))
}
