import { describe, expect, test } from 'vitest'
import { freeUid } from '../../../runner/sandbox/uid-pool.ts'

describe('a uid', () => {
  test('is one that nobody has', () => {
    expect(freeUid((uid) => uid !== 234_567)).toBe(234_567)
  })

  test('is refused when all are taken', () => {
    expect(() => freeUid(() => true)).toThrow(expect.objectContaining({ code: 'engine-unavailable' }))
  })
})
