import { expect, it } from 'vitest'
import { createPace } from '../../../src/report/pace.ts'

const final = { installationId: 1, urgency: 'final', nowMs: 0 } as const
const passing = { installationId: 1, urgency: 'passing', nowMs: 0 } as const

it('allows a burst and then one write a second', () => {
  const pace = createPace()
  const burst = Array.from({ length: 10 }, () => pace(final))
  expect(burst).toEqual(Array.from({ length: 10 }, () => 0))
  expect(pace(final)).toBe(1000)
  expect(pace({ ...final, nowMs: 1000 })).toBe(0)
  expect(pace({ ...final, nowMs: 1000 })).toBe(1000)
})

it('keeps the last of a burst for final states', () => {
  const pace = createPace()
  const granted = Array.from({ length: 20 }, () => pace(passing)).filter((wait) => wait === 0)
  expect(granted).toHaveLength(6)
  expect(pace(final)).toBe(0)
})

it('paces each installation by itself', () => {
  const pace = createPace()
  for (let i = 0; i < 10; i++) pace(final)
  expect(pace({ ...final, installationId: 2 })).toBe(0)
})
