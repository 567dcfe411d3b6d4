import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPools, type PoolsOptions } from '../../../../runner/sandbox/pool/pools.ts'
import { createStartSlots } from '../../../../runner/sandbox/start-slots.ts'

interface Item {
  readonly image: string
  readonly containerId: string
}

const node = { image: 'node', language: 'node' } as const
const python = { image: 'python', language: 'python' } as const
const settled = () => vi.advanceTimersByTimeAsync(0)
const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * 60_000)

describe('what waits for each runtime', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const open = (options: Partial<PoolsOptions<Item>> = {}) => {
    let made = 0
    const discarded: string[] = []
    const starts = createStartSlots()
    const pools = createPools<Item>({
      least: () => 2,
      most: () => 20,
      itemBytes: 10,
      served: () => new Set(['some', 'other']),
      mayFill: () => true,
      make: async ({ image }) => ({ image, containerId: `${image} ${++made}` }),
      discard: async ({ image }) => void discarded.push(image),
      of: ({ containerId }) => ({ containerId, exited: new Promise(() => {}) }),
      starts,
      onProblem: (message) => expect.fail(message),
      ...options,
    })
    const waiting = (image: string) => pools.waiting().filter((id) => id.startsWith(image)).length
    const take = (image: string, count: number) => {
      const all = Array.from({ length: count }, () => pools.take(image))
      return all.filter((one) => one !== undefined).length
    }
    return { pools, starts, discarded, waiting, take, made: () => made }
  }

  test('is as many as were wanted at once lately, those that found none among them', async () => {
    const { pools, waiting, take } = open()
    pools.know('some', node)
    pools.know('other', python)
    await settled()
    expect([waiting('node'), waiting('python')]).toEqual([2, 2])
    expect(take('node', 9)).toBe(2)
    await settled()
    expect([waiting('node'), waiting('python')]).toEqual([9, 2])
    expect(take('node', 9)).toBe(9)
    await pools.close()
  })

  test('is never more than all may have together, and one that many want leaves the others theirs', async () => {
    const { pools, waiting, take } = open()
    pools.know('some', node)
    pools.know('other', python)
    await settled()
    take('node', 500)
    take('python', 6)
    await settled()
    expect([waiting('node'), waiting('python')]).toEqual([14, 6])
    await pools.close()
  })

  test('shrinks to what it was when that many are wanted no more', async () => {
    const { pools, waiting, take, discarded } = open()
    pools.know('some', node)
    await settled()
    take('node', 16)
    await settled()
    expect(waiting('node')).toBe(16)
    await minutes(74)
    expect(waiting('node')).toBe(16)
    await minutes(2)
    expect(waiting('node')).toBe(8)
    await minutes(240)
    expect(waiting('node')).toBe(2)
    expect(discarded).toHaveLength(14)
    await pools.close()
  })

  test('is as many as ever where no memory is given for more', async () => {
    const { pools, waiting, take } = open({ most: () => 0 })
    pools.know('some', node)
    take('node', 50)
    await settled()
    expect(waiting('node')).toBe(2)
    await pools.close()
  })

  test('is not made while somebody waits for a start, nor taken away', async () => {
    const { pools, starts, waiting, take } = open()
    pools.know('some', node)
    await settled()
    const work = Promise.withResolvers<void>()
    const hurried = starts.hurry(() => work.promise)
    take('node', 8)
    await settled()
    expect(waiting('node')).toBe(0)
    work.resolve()
    await hurried
    await vi.advanceTimersByTimeAsync(1000)
    expect(waiting('node')).toBe(8)
    await pools.close()
  })

  test('stops being made as soon as memory is short, however many are missing', async () => {
    const { pools, waiting, take } = open({ mayFill: () => waiting('node') < 5 })
    pools.know('some', node)
    take('node', 12)
    await settled()
    expect(waiting('node')).toBeLessThan(8)
    await pools.close()
  })

  describe('when memory is short', () => {
    const opened = async () => {
      const all = open()
      all.pools.know('some', node)
      all.pools.know('other', python)
      await settled()
      all.take('node', 8)
      await minutes(1)
      all.take('python', 6)
      await minutes(1)
      expect([all.waiting('node'), all.waiting('python')]).toEqual([8, 6])
      return all
    }

    test('is given up as far as is needed, what was wanted least recently first', async () => {
      const { pools, waiting, discarded } = await opened()
      await pools.giveUp(35, 'surplus')
      expect([waiting('node'), waiting('python')]).toEqual([4, 6])
      expect(discarded).toEqual(['node', 'node', 'node', 'node'])
      await pools.giveUp(35, 'surplus')
      expect([waiting('node'), waiting('python')]).toEqual([2, 4])
      await pools.close()
    })

    test('keeps what always waits, unless all is to go', async () => {
      const { pools, waiting } = await opened()
      await pools.giveUp(1_000_000, 'surplus')
      expect([waiting('node'), waiting('python')]).toEqual([2, 2])
      await pools.giveUp(1_000_000, 'all')
      expect([waiting('node'), waiting('python')]).toEqual([0, 0])
      await pools.close()
    })

    test('is not made again at once, and only as much as always waits until more are wanted', async () => {
      const { pools, waiting } = await opened()
      await pools.giveUp(1_000_000, 'all')
      await vi.advanceTimersByTimeAsync(50_000)
      expect([waiting('node'), waiting('python')]).toEqual([0, 0])
      await minutes(1)
      expect([waiting('node'), waiting('python')]).toEqual([2, 2])
      await pools.close()
    })
  })
})
