import { expect, test } from 'vitest'
import { validNames } from '../../../forge/state/repositories.ts'

test.each([
  ['ada', 'hello'],
  ['Ada-Lovelace', '.github'],
  ['a'.repeat(39), 'b'.repeat(100)],
  ['ada', '..hidden'],
])('%s/%s is a name that GitHub takes', (owner, name) => {
  expect(validNames(owner, name)).toBe(true)
})

test.each([
  ['', 'hello'],
  ['a'.repeat(40), 'hello'],
  ['-ada', 'hello'],
  ['ada-', 'hello'],
  ['a--b', 'hello'],
  ['..', 'hello'],
  ['ada', '.'],
  ['ada', '..'],
  ['ada', 'a/b'],
  ['ada', 'a b'],
  ['ada', 'hello.git'],
  ['ada', 'b'.repeat(101)],
  ['ada\n', 'hello'],
])('%j/%j is not', (owner, name) => {
  expect(validNames(owner, name)).toBe(false)
})
