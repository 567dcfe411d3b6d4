import { join } from 'node:path'
import type { Stack } from '../../test/journey/support/stack.ts'
import { apps, deploy } from '../apps.ts'
import { roundTrip, sequence } from '../load/requests.ts'
import { wrk } from '../load/wrk.ts'
import { fetchPeers } from '../peers/packages.ts'
import { processorTime } from '../peers/processor-time.ts'
import { startProxies } from '../peers/proxies.ts'
import { median, ms } from '../statistics.ts'
import type { Row } from '../row.ts'
import { liveSocket } from '../sandboxes.ts'

const ROUNDS = 5
const REQUESTS = 600
const LOAD_SECONDS = 2

/** A request to a micro that is awake: what the gateway adds, and what it costs, beside three proxies in front of the very same socket. */
export async function benchWarm(stack: Stack): Promise<Row[]> {
  const peers = await fetchPeers(join(stack.dataDir, '..', 'micropush-bench-peers'))
  const { repository, host } = await deploy(stack, apps.hello, 'sleep: 30s\n')
  await using _ = repository
  await roundTrip({ port: stack.gatewayPort, host })
  const socketPath = await liveSocket(stack)
  const proxies = await startProxies(peers, { socketPath, host, folder: join(stack.dataDir, 'peers') })
  try {
    const ours = { name: 'micropush', port: stack.gatewayPort, pids: stack.parts.gateway.pids }
    const all = [ours, ...proxies]
    const added = new Map(all.map(({ name }) => [name, [] as number[]]))
    const cost = new Map(all.map(({ name }) => [name, [] as number[]]))
    for (let round = 0; round < ROUNDS; round++) {
      const direct = median(await sequence({ socketPath, host }, REQUESTS))
      for (const { name, port } of all) added.get(name)?.push(median(await sequence({ port, host }, REQUESTS)) - direct)
      for (const { name, port, pids } of all) {
        const before = await processorTime(pids)
        const requests = await wrk(peers, { port, host }, LOAD_SECONDS)
        cost.get(name)?.push(((await processorTime(pids)) - before) / requests)
      }
    }
    const addedBy = (name: string) => median(added.get(name) ?? [])
    const costOf = (name: string) => median(cost.get(name) ?? []) * 1000
    const others = proxies.map(({ name }) => name)
    const ratio = costOf('micropush') / costOf('caddy')
    const numbersOf = (of: (name: string) => number) => Object.fromEntries(all.map(({ name }) => [name, of(name)]))
    return [
      {
        part: 'warm',
        what: 'warm request: what the gateway adds',
        value: `p50 ${ms(addedBy('micropush'))} (${ROUNDS} × ${REQUESTS} requests)`,
        beside: others.map((name) => `${name} ${ms(addedBy(name))}`).join('; '),
        bar: 'p50 ≤ 0.3 ms',
        met: addedBy('micropush') <= 0.3,
        numbers: numbersOf(addedBy),
      },
      {
        part: 'warm',
        what: 'warm request: processor time of the gateway',
        value: `${costOf('micropush').toFixed(0)} µs = ${ratio.toFixed(2)} × Caddy’s`,
        beside: others.map((name) => `${name} ${costOf(name).toFixed(0)} µs`).join('; '),
        bar: '≤ 0.8 × Caddy’s',
        met: ratio <= 0.8,
        numbers: { ...numbersOf(costOf), ratio },
      },
    ]
  } finally {
    for (const { stop } of proxies) await stop()
  }
}
