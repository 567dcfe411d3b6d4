import { expect, it } from 'vitest'
import { editDistance, nearestKey } from '../../../contract/config/nearest-key.ts'

const known = ['v', 'name', 'src', 'runtime', 'entry', 'build', 'run', 'env', 'limits', 'branch', 'micros']

it.each([
  ['runtme', 'runtime'],
  ['Runtime', 'runtime'],
  ['RUN', 'run'],
  ['nmae', 'name'],
  ['limit', 'limits'],
  ['micro', 'micros'],
  ['envs', 'env'],
  ['version', 'v'],
  ['command', 'run'],
  ['main', 'entry'],
])('takes %j for %j', (key, meant) => {
  expect(nearestKey(key, known)).toBe(meant)
})

it.each(['schedule', 'x', 'V1', '', '__proto__', 'constructor', 'a'.repeat(1000)])('has no guess for %j', (key) => {
  expect(nearestKey(key, known)).toBeUndefined()
})

it('offers a synonym only where that key is known', () => {
  expect(nearestKey('ram', known)).toBeUndefined()
  expect(nearestKey('ram', ['memory', 'tmp'])).toBe('memory')
})

it('counts a swap of neighbours as one change', () => {
  expect(editDistance('nmae', 'name')).toBe(1)
  expect(editDistance('', 'abc')).toBe(3)
  expect(editDistance('kitten', 'sitting')).toBe(3)
})
