import { beforeEach, expect, test } from 'vitest'
import { createTries, type Tries } from '../../../../runner/sandbox/snapshots/tries.ts'

let tries: Tries
let usedUp: string[]
beforeEach(() => {
  usedUp = []
  tries = createTries((deploymentId, times) => usedUp.push(`${deploymentId} ${times}`))
})

test('there are three tries for the same files and environment, and that they are used up is told once', () => {
  expect([1, 2, 3, 4, 5].map(() => tries.begin('d1', 'a'))).toEqual([1, 2, 3, undefined, undefined])
  expect(usedUp).toEqual(['d1 3'])
  expect(tries.begin('d2', 'a')).toBe(1)
  expect(tries.begin('d1', 'b')).toBe(1)
})

test('what did not bring its app back counts, and what went for another reason does not', () => {
  for (let taken = 1; taken <= 3; taken += 1) {
    expect(tries.begin('d1', 'a')).toBe(taken)
    tries.succeeded('d1')
    tries.failed('d1', 'a')
  }
  expect([tries.begin('d1', 'a'), tries.begin('d1', 'a')]).toEqual([undefined, undefined])
  expect(usedUp).toEqual(['d1 3'])
  for (let taken = 1; taken <= 9; taken += 1) {
    expect(tries.begin('d2', 'a')).toBe(1)
    tries.succeeded('d2')
  }
})

test('one that came back once gives all its tries back', () => {
  for (let taken = 1; taken <= 2; taken += 1) tries.begin('d1', 'a')
  tries.forget('d1')
  expect(tries.begin('d1', 'a')).toBe(1)
})

test('what is forgotten while it is under way counts for nothing afterwards', () => {
  tries.begin('d1', 'a')
  tries.forget('d1')
  tries.succeeded('d1')
  expect([1, 2, 3, 4].map(() => tries.begin('d1', 'a'))).toEqual([1, 2, 3, undefined])
})
