import { expect, test } from 'vitest'
import { shareOut } from '../../../../runner/sandbox/pool/share-out.ts'

const share = (wishes: Record<string, number>, bounds: { least: number; most: number }) =>
  Object.fromEntries(
    shareOut(
      Object.entries(wishes).map(([name, wanted]) => ({ name, wanted })),
      bounds,
    ),
  )

test('each runtime gets what was wanted of it, and the least that is promised when that is more', () => {
  expect(share({ node: 50, python: 0, old: 7 }, { least: 2, most: 100 })).toEqual({ node: 50, python: 2, old: 7 })
})

test('when there is not enough for all, whoever wants little gets it, and the others get the same', () => {
  expect(share({ node: 500, python: 60, old: 7 }, { least: 2, most: 47 })).toEqual({ node: 20, python: 20, old: 7 })
})

test('what is promised to each is there even when that is too much already', () => {
  expect(share({ node: 50, python: 9, old: 0 }, { least: 2, most: 0 })).toEqual({ node: 2, python: 2, old: 2 })
})

test('nobody gets more than all may have together', () => {
  const shares = share({ a: 9, b: 9, c: 9, d: 9 }, { least: 1, most: 10 })
  expect(Object.values(shares).reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(10)
})
