import { expect, it } from 'vitest'
import { isPegged, measureIdle } from '../../../../runner/lifecycle/end/pegged.ts'

it.each([
  ['one that uses a whole core', { usedMs: 495, windowMs: 500, idle: 0.5 }, true],
  ['one that uses half a core of a machine with time to spare', { usedMs: 250, windowMs: 500, idle: 0.4 }, false],
  ['one that gets half a core because others use the rest', { usedMs: 250, windowMs: 500, idle: 0.01 }, true],
  ['one that waits on a busy machine', { usedMs: 10, windowMs: 500, idle: 0 }, false],
])('%s', (_, use, pegged) => {
  expect(isPegged(use)).toBe(pegged)
})

it('a machine whose cores all work has less idle time than none', () => {
  const idle = measureIdle()
  for (const end = performance.now() + 200; performance.now() < end;);
  expect(idle()).toBeGreaterThanOrEqual(0)
  expect(idle()).toBeLessThan(1)
})
