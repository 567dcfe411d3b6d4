import { setTimeout as sleep } from 'node:timers/promises'
import type { Stack } from '../../test/journey/support/stack.ts'
import { apps, bareApp, deploy, plainApp } from '../apps.ts'
import { partsInWords, roundTrip, WITH_TIMING, type Told } from '../load/requests.ts'
import type { Isolation } from '../options.ts'
import { bareStart } from '../peers/bare.ts'
import { dockerRun } from '../peers/plain-container.ts'
import { inWords, spread, type Row } from '../row.ts'
import { ms } from '../statistics.ts'
import { becomes } from './frozen.ts'

const ROUNDS = 12
const DOCKER_RUNS = 4
/** Wakes before those that count: by then what is made ahead of need is there. */
const FIRST_WAKES = 3
/** What a micro is that has been cold for long: its former sandbox is ended, and another one waits in the place of the one that it took. */
const SETTLE_MS = 2500

/** From cold to answered, in turns with a bare start of the same app outside any container. */
export async function benchCold(stack: Stack, isolation: Isolation): Promise<Row[]> {
  const rows: Row[] = []
  for (const name of ['express', 'fastapi', 'pandas'] as const) {
    const app = apps[name]
    const { deployment, repository, host } = await deploy(stack, app, 'sleep:\n  after: 200ms\n  cold: 1s\n')
    await using _ = repository
    const bare = await bareApp(stack, app, deployment)
    const plain = await plainApp(stack, { app, deployment, isolation })
    const ask = async () => {
      await becomes(stack, deployment.id, 'cold')
      await sleep(SETTLE_MS)
      return roundTrip({ port: stack.gatewayPort, host, headers: WITH_TIMING })
    }
    await bareStart(bare, stack.dataDir)
    for (let index = 0; index < FIRST_WAKES; index++) await ask()
    const [wakes, bares, runs]: [Told[], number[], number[]] = [[], [], []]
    const ways = new Map<string, number>()
    for (let round = 0; round < ROUNDS; round++) {
      const told = await ask()
      wakes.push(told)
      const way = /wake;desc=(\w+)/.exec(told.timing)?.[1] ?? 'unknown'
      ways.set(way, (ways.get(way) ?? 0) + 1)
      bares.push(await bareStart(bare, stack.dataDir))
      if (round % Math.floor(ROUNDS / DOCKER_RUNS) === 0) runs.push(await dockerRun(plain, stack.dataDir))
    }
    const [ours, bareSpread, run] = [spread(wakes.map((told) => told.ms)), spread(bares), spread(runs)]
    const ratio = ours.p50 / bareSpread.p50
    const most = name === 'pandas' ? (isolation === 'gvisor' ? 0.4 : undefined) : 1
    rows.push({
      part: 'cold',
      what: `cold → answer under ${isolation}, ${app.title} (${[...ways].map(([way, count]) => `${count} × ${way}`).join(', ')})`,
      value: inWords(ours),
      beside: `bare start ${ms(bareSpread.p50)}; \`docker run\` ${ms(run.p50)}; ratio to the bare start ${ratio.toFixed(2)}; where it goes: ${partsInWords(wakes)}`,
      ...(most === undefined ? {} : { bar: `≤ ${most} × its bare start`, met: ratio <= most }),
      numbers: { p50: ours.p50, p99: ours.p99, bareP50: bareSpread.p50, dockerRunP50: run.p50, ratio },
    })
  }
  return rows
}
