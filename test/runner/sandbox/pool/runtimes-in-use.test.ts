import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRuntimesInUse } from '../../../../runner/sandbox/pool/runtimes-in-use.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const node = { image: 'node:1', language: 'node' } as const
const newer = { image: 'node:2', language: 'node' } as const

function open(served: Set<string>) {
  let changes = 0
  const runtimes = createRuntimesInUse({ served: () => served, onChange: () => (changes += 1) })
  return { runtimes, changes: () => changes }
}

test('a runtime is in use as long as a deployment of it is served', () => {
  const served = new Set(['a'])
  const { runtimes } = open(served)
  runtimes.know('a', node)
  vi.advanceTimersByTime(600_000)
  expect(runtimes.kinds()).toEqual([node])
  served.clear()
  vi.advanceTimersByTime(60_000)
  expect(runtimes.has(node.image)).toBe(false)
})

test('a runtime is in use for a minute before visitors are led to its deployment', () => {
  const served = new Set<string>()
  const { runtimes } = open(served)
  runtimes.know('a', node)
  expect(runtimes.has(node.image)).toBe(true)
  served.add('a')
  vi.advanceTimersByTime(180_000)
  expect(runtimes.has(node.image)).toBe(true)
})

test('an image that was made anew takes the place of the former one', () => {
  const { runtimes, changes } = open(new Set(['a']))
  runtimes.know('a', node)
  runtimes.know('a', newer)
  expect(runtimes.kinds()).toEqual([newer])
  expect(changes()).toBe(2)
})

test('nobody looks while there is nothing to look at', () => {
  const served = new Set<string>()
  const { runtimes } = open(served)
  expect(vi.getTimerCount()).toBe(0)
  runtimes.know('a', node)
  vi.advanceTimersByTime(180_000)
  expect(vi.getTimerCount()).toBe(0)
})
