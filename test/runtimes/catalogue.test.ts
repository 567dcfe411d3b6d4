import { expect, test } from 'vitest'
import { defaultRuntime, findRuntime, isPastEndOfLife, runtimes, suggestRuntimes } from '../../runtimes/catalogue.ts'

test.each([
  ['nodejs14', 'nodejs14'],
  ['nodejs14.x', 'nodejs14'],
  ['node 14', 'nodejs14'],
  ['node14', 'nodejs14'],
  ['node:24', 'nodejs24'],
  ['Node.js 24', 'nodejs24'],
  ['24', 'nodejs24'],
  ['v22.1.0', 'nodejs22'],
  ['python3.9', 'python3.9'],
  ['Python 3.9', 'python3.9'],
  ['python-3.13.1', 'python3.13'],
  ['3.9', 'python3.9'],
])('%s means %s', (spelling, id) => {
  expect(findRuntime(spelling)?.id).toBe(id)
})

test.each(['', 'node', 'ruby3', 'nodejs13', 'python3.6', 'python2.7', 'nodejs14; rm', 'python3', 'deno1'])(
  '%j is no runtime of ours',
  (spelling) => {
    expect(findRuntime(spelling)).toBeUndefined()
  },
)

test('every id finds itself', () => {
  expect(runtimes.map((runtime) => findRuntime(runtime.id))).toEqual([...runtimes])
})

test('the defaults are those of Deta Micros, and both are past their end of life', () => {
  const defaults = [defaultRuntime('node'), defaultRuntime('python')]
  expect(defaults.map((runtime) => runtime.id)).toEqual(['nodejs14', 'python3.9'])
  expect(defaults.every((runtime) => isPastEndOfLife(runtime, new Date('2026-01-01')))).toBe(true)
})

test('the last day of support still counts as supported', () => {
  const runtime = defaultRuntime('python')
  expect(isPastEndOfLife(runtime, new Date('2025-10-31T23:00:00Z'))).toBe(false)
  expect(isPastEndOfLife(runtime, new Date('2025-11-01T00:00:00Z'))).toBe(true)
})

test('an unknown version is answered with the nearest ones of its language first', () => {
  expect(suggestRuntimes('nodejs13').slice(0, 2)).toEqual(['nodejs12', 'nodejs14'])
  expect(suggestRuntimes('python3.15')[0]).toBe('python3.14')
  expect(suggestRuntimes('ruby')).toHaveLength(runtimes.length)
})
