import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPool, type PoolOptions } from '../../../../runner/sandbox/pool/pool.ts'
import { createStartSlots } from '../../../../runner/sandbox/start-slots.ts'

describe('what waits ahead of need', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const open = (options: Partial<PoolOptions<number>> = {}) => {
    const made: number[] = []
    const discarded: number[] = []
    const problems: unknown[] = []
    const pool = createPool<number>({
      target: () => 2,
      make: async () => {
        made.push(made.length + 1)
        return made.length
      },
      discard: async (item) => void discarded.push(item),
      mayFill: () => true,
      starts: createStartSlots(),
      onProblem: (_message, error) => problems.push(error),
      ...options,
    })
    return { pool, made, discarded, problems }
  }
  const settled = () => vi.advanceTimersByTimeAsync(0)

  test('is made up to its number, given out once each in the order it was made, and made again', async () => {
    const { pool } = open()
    expect(pool.take()).toBeUndefined()
    await settled()
    expect([pool.take(), pool.take(), pool.take()]).toEqual([1, 2, undefined])
    await settled()
    expect([pool.take(), pool.take()]).toEqual([3, 4])
  })

  test('is discarded when fewer are wanted', async () => {
    let target = 2
    const { pool, discarded } = open({ target: () => target })
    pool.adjust()
    await settled()
    target = 0
    pool.adjust()
    await settled()
    expect(discarded.toSorted()).toEqual([1, 2])
    expect(pool.waiting()).toBe(0)
  })

  test('is not made while it may not, and made soon after it may', async () => {
    let may = false
    const { pool, made } = open({ mayFill: () => may })
    pool.adjust()
    await vi.advanceTimersByTimeAsync(5000)
    expect(made).toEqual([])
    may = true
    await vi.advanceTimersByTimeAsync(1000)
    expect(made).toEqual([1, 2])
  })

  test('is tried less and less often while it fails, and asks no more than it is told', async () => {
    let tries = 0
    const { pool, problems } = open({ target: () => 1, make: () => Promise.reject(new Error(`try ${++tries}`)) })
    pool.adjust()
    for (const [seconds, sum] of [
      [0, 1],
      [1, 2],
      [2, 3],
      [4, 4],
      [7, 4],
      [1, 5],
    ] as const) {
      await vi.advanceTimersByTimeAsync(seconds * 1000)
      pool.adjust()
      await settled()
      expect(tries).toBe(sum)
    }
    expect(problems).toHaveLength(5)
  })

  test('is replaced when it ends by itself', async () => {
    const ends = new Map<number, () => void>()
    const { pool, discarded } = open({
      target: () => 1,
      gone: (item) => new Promise<void>((resolve) => void ends.set(item, resolve)),
    })
    pool.adjust()
    await vi.advanceTimersByTimeAsync(10_000)
    ends.get(1)?.()
    await settled()
    expect(discarded).toEqual([1])
    expect(pool.take()).toBe(2)
  })

  test('is made less and less often while it ends right after it was made, which is told, and at once when one has lasted', async () => {
    const ends: (() => void)[] = []
    const gone = () => new Promise<void>((resolve) => void ends.push(resolve))
    const { pool, made, discarded, problems } = open({ target: () => 1, gone })
    pool.adjust()
    for (const [seconds, sum] of [
      [0, 1],
      [0.9, 1],
      [0.1, 2],
      [1, 2],
      [1, 3],
    ] as const) {
      await vi.advanceTimersByTimeAsync(seconds * 1000)
      expect(made).toHaveLength(sum)
      ends.at(-1)?.()
      await settled()
    }
    expect([problems.length, discarded]).toEqual([3, [1, 2, 3]])
    await vi.advanceTimersByTimeAsync(4000 + 10_000)
    ends.at(-1)?.()
    await settled()
    expect([problems.length, made.length]).toEqual([3, 5])
    ends.at(-1)?.()
    await vi.advanceTimersByTimeAsync(1000)
    expect([problems.length, made.length]).toEqual([4, 6])
  })

  test('is not given out any more when nobody can say whether it has ended', async () => {
    const lost: (() => void)[] = []
    const gone = () =>
      new Promise<void>((_resolve, reject) => void lost.push(() => reject(new Error('Docker is away'))))
    const { pool, discarded } = open({ target: () => 1, gone })
    pool.adjust()
    await vi.advanceTimersByTimeAsync(20_000)
    lost[0]?.()
    await settled()
    expect(discarded).toEqual([1])
    expect(pool.take()).toBe(2)
  })

  test('is all discarded at the end, what is still being made too', async () => {
    const slow = Promise.withResolvers<number>()
    let first = true
    const { pool, discarded } = open({ make: () => (first ? ((first = false), Promise.resolve(1)) : slow.promise) })
    pool.adjust()
    await settled()
    const closed = pool.close()
    slow.resolve(2)
    await closed
    expect(discarded.toSorted()).toEqual([1, 2])
    expect(pool.take()).toBeUndefined()
  })
})
