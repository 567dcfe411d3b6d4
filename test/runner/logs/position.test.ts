import { expect, it } from 'vitest'
import { advance, formatPosition, parsePosition } from '../../../runner/logs/position.ts'

const line = (at: string) => ({ stream: 'out' as const, at, bytes: Buffer.from('x') })
const [T1, T2] = ['2026-11-24T09:00:00.000000001Z', '2026-11-24T09:00:00.000000002Z']

it('counts how many lines of the last time were read, also over several batches', () => {
  const first = advance(undefined, [line(T1), line(T2), line(T2)])
  expect(first).toEqual({ at: T2, lines: 2 })
  expect(advance(first, [line(T2)])).toEqual({ at: T2, lines: 3 })
  expect(advance(first, [])).toEqual(first)
})

it('survives being written down, and nonsense counts as none', () => {
  expect(parsePosition(formatPosition({ at: T1, lines: 7 }))).toEqual({ at: T1, lines: 7 })
  expect(parsePosition('yesterday 3')).toBeUndefined()
  expect(parsePosition(undefined)).toBeUndefined()
})
