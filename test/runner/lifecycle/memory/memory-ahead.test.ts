import { expect, test } from 'vitest'
import { memoryAhead } from '../../../../runner/lifecycle/memory/memory-ahead.ts'

const GB = 1024 ** 3
const machine = () => ({ totalBytes: 20 * GB, availableBytes: GB })

test('what waits ahead of need may have a twentieth of the machine’s memory, unless the operator says how much', () => {
  expect(memoryAhead({ cellsMemoryBytes: undefined }, machine)).toBe(GB)
  expect(memoryAhead({ cellsMemoryBytes: 5 * GB }, machine)).toBe(5 * GB)
  expect(memoryAhead({ cellsMemoryBytes: 0 }, machine)).toBe(0)
})

test('no more waits than always does where nobody can say how much memory there is', () => {
  expect(memoryAhead({ cellsMemoryBytes: undefined }, () => undefined)).toBe(0)
})
