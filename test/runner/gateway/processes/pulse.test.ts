import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { takePulse } from '../../../../runner/gateway/processes/pulse.ts'

/** At which beat it counts as one that hangs. */
function hangsAt(pulse: ReturnType<typeof takePulse>): number {
  let beats = 1
  while (pulse.beat()) beats += 1
  return beats
}

it('a worker that has never answered has a minute to start, one that has answered before hangs when it misses two beats', () => {
  const answers = new PassThrough()
  const pulse = takePulse(answers)
  expect(hangsAt(pulse)).toBe(12)
  answers.write('.')
  expect(pulse.beat()).toBe(true)
  expect(hangsAt(pulse)).toBe(2)
  answers.write('.')
  expect([pulse.beat(), pulse.beat()]).toEqual([true, true])
  answers.write('.')
  expect(pulse.beat()).toBe(true)
  expect(hangsAt(pulse)).toBe(2)
})

it('a worker that has said much before it hangs has no more time for that', () => {
  const answers = new PassThrough()
  const pulse = takePulse(answers)
  for (let times = 0; times < 50; times += 1) answers.write('.')
  expect(pulse.beat()).toBe(true)
  expect(hangsAt(pulse)).toBe(2)
})

it('no more is taken in from a worker that speaks without end than a buffer holds', async () => {
  const answers = new PassThrough()
  const pulse = takePulse(answers)
  let written = 0
  while (answers.write('x'.repeat(1000))) written += 1
  await new Promise((resolve) => setImmediate(resolve))
  expect(written).toBeLessThan(200)
  expect(pulse.beat()).toBe(true)
})
