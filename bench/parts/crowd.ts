import { readMetric } from '../../test/journey/support/metrics.ts'
import type { Stack } from '../../test/journey/support/stack.ts'
import { apps, deploy } from '../apps.ts'
import { roundTrip } from '../load/requests.ts'
import { ms } from '../statistics.ts'
import { spread, type Row } from '../row.ts'
import { becomes } from './frozen.ts'

const CLIENTS = 1000

/** A thousand clients, each with a connection of its own, come to one sleeper at once. */
export async function benchCrowd(stack: Stack): Promise<Row[]> {
  const { repository, host, deployment } = await deploy(stack, apps.hello)
  await using _ = repository
  await becomes(stack, deployment.id, 'frozen')
  const wakes = () => readMetric(stack, 'micropush_wake_duration_seconds_count')
  const before = await wakes()
  const told = await Promise.allSettled(
    Array.from({ length: CLIENTS }, () => roundTrip({ port: stack.gatewayPort, host })),
  )
  const times = told.flatMap((one) => (one.status === 'fulfilled' ? [one.value.ms] : []))
  const woken = (await wakes()) - before
  return [
    {
      part: 'crowd',
      what: `${CLIENTS} clients on one sleeper`,
      value: `${woken} wake, ${times.length} × 200; the last one after ${ms(Math.max(...times))}`,
      bar: `1 wake, ${CLIENTS} × 200`,
      met: woken === 1 && times.length === CLIENTS,
      numbers: { wakes: woken, answered: times.length, ...spread(times) },
    },
  ]
}
