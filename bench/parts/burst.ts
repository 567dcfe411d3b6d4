import type { Stack } from '../../test/journey/support/stack.ts'
import { apps, deploy } from '../apps.ts'
import { roundTrip } from '../load/requests.ts'
import { median, ms } from '../statistics.ts'
import { spread, type Row } from '../row.ts'
import { seed } from '../seed.ts'

const MICROS = 50
const ALONE = 7

/** Fifty different micros that are cold are asked at once; beside it, one at a time. */
export async function benchBurst(stack: Stack): Promise<Row[]> {
  const { repository, deployment } = await deploy(stack, apps.hello)
  await using _ = repository
  const names = Array.from({ length: MICROS + ALONE }, (_one, index) => `burst-${index}`)
  const seeded = await seed(stack, deployment, names)
  const alone: number[] = []
  for (const { host } of seeded.slice(MICROS)) alone.push((await roundTrip({ port: stack.gatewayPort, host })).ms)
  const told = await Promise.allSettled(
    seeded.slice(0, MICROS).map(({ host }) => roundTrip({ port: stack.gatewayPort, host })),
  )
  const times = told.flatMap((one) => (one.status === 'fulfilled' ? [one.value.ms] : []))
  const { p50, p95 } = spread(times)
  const one = median(alone)
  const failed = MICROS - times.length
  return [
    {
      part: 'burst',
      what: `${MICROS} different cold micros at once`,
      value: `p50 ${ms(p50)}, p95 ${ms(p95)} = ${(p95 / one).toFixed(1)} × one; ${failed} failed`,
      beside: `one alone p50 ${ms(one)} (${ALONE} runs)`,
      bar: 'p95 ≤ 3 × one, no failure',
      met: failed === 0 && p95 <= 3 * one,
      numbers: { p50, p95, alone: one, failed },
    },
  ]
}
