import { expect, it } from 'vitest'
import { benchBurst } from '../../bench/parts/burst.ts'
import { benchCrowd } from '../../bench/parts/crowd.ts'
import { benchDeploys } from '../../bench/parts/deploys.ts'
import type { Row } from '../../bench/row.ts'
import { startStack, type Stack } from '../journey/support/stack.ts'

/** What the bench counts, without how long it took: that is the bench's own business. */
async function measure(part: (stack: Stack) => Promise<Row[]>): Promise<Row['numbers']> {
  await using stack = await startStack({ MICROPUSH_SANDBOX: 'runc', MICROPUSH_IDLE_SECONDS: '0.5' })
  const [row] = await part(stack)
  return row?.numbers ?? {}
}

it('a thousand clients that come to one sleeper cause one wake, and all are answered', async () => {
  expect(await measure(benchCrowd)).toMatchObject({ wakes: 1, answered: 1000 })
})

it('twenty deploys take no request of a client that sends two hundred a second', async () => {
  const { failed, sent } = await measure(benchDeploys)
  expect({ failed }).toEqual({ failed: 0 })
  expect(sent).toBeGreaterThan(1000)
})

it('fifty different cold micros that are asked at once all answer', async () => {
  // One burst; what a later one finds is for the journey of bursts to show.
  expect(await measure((stack) => benchBurst(stack, { bursts: 1, runs: 1 }))).toMatchObject({ failed: 0 })
})
