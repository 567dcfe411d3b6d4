import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createRestoreTurns } from '../../../runner/sandbox/restore-turns.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open() {
  const begun: number[] = []
  const ends = new Map<number, PromiseWithResolvers<number>>()
  const turns = createRestoreTurns({ atOnce: 2, holdMs: 1000 })
  const restore = (name: number) =>
    turns.run(() => {
      begun.push(name)
      const end = Promise.withResolvers<number>()
      ends.set(name, end)
      return end.promise
    })
  return { begun, restore, end: (name: number) => ends.get(name) }
}
const settled = () => vi.advanceTimersByTimeAsync(0)

it('so many are brought back at once, and the others in their order when one of those is done or has failed', async () => {
  const { begun, restore, end } = open()
  const all = [1, 2, 3, 4, 5].map(restore)
  await settled()
  expect(begun).toEqual([1, 2])
  end(2)?.resolve(2)
  await settled()
  expect(begun).toEqual([1, 2, 3])
  end(1)?.reject(new Error('broken'))
  await expect(all[0]).rejects.toThrow('broken')
  expect(begun).toEqual([1, 2, 3, 4])
  expect(await all[1]).toBe(2)
})

it('one that takes long keeps nobody, and gives its turn away once only', async () => {
  const { begun, restore, end } = open()
  const all = [1, 2, 3, 4, 5, 6].map(restore)
  await vi.advanceTimersByTimeAsync(999)
  expect(begun).toEqual([1, 2])
  await vi.advanceTimersByTimeAsync(1)
  expect(begun).toEqual([1, 2, 3, 4])
  end(1)?.resolve(1)
  end(2)?.resolve(2)
  expect([await all[0], await all[1]]).toEqual([1, 2])
  expect(begun).toEqual([1, 2, 3, 4])
  end(3)?.resolve(3)
  await settled()
  expect(begun).toEqual([1, 2, 3, 4, 5])
})
