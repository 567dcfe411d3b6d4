import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { createMask } from '../../../runner/secrets/mask.ts'

it('hides every place of a value, whatever characters it has', () => {
  const mask = createMask(['hunter2$&.*', 'p(a)s+s[w]'])
  expect(mask('a hunter2$&.* b hunter2$&.*, p(a)s+s[w]!')).toBe('a *** b ***, ***!')
  expect(mask('hunter2 stays')).toBe('hunter2 stays')
})

it('hides the whole of a value of which another one is a part', () => {
  expect(createMask(['secret', 'secret-and-more'])('secret-and-more')).toBe('***')
})

it('hides each line of a value of several lines', () => {
  const mask = createMask(['-----BEGIN KEY-----\r\n  abcdefgh\n-----END KEY-----\n'])
  expect(mask('first: abcdefgh')).toBe('first: ***')
})

it('leaves words alone that are as short as a careless value', () => {
  expect(createMask(['true', 'a', ''])('true a')).toBe('true a')
})

it('hides as much as one micro can be given, and never shows a value in an error', () => {
  const value = (seed: number) => createHash('sha512').update(String(seed)).digest('hex').repeat(512)
  const values = Array.from({ length: 16 }, (_, at) => value(at))
  expect(createMask(values)(`a ${value(3)}${value(15)} b`)).toBe('a ****** b')
})

it('hides each of a hundred thousand lines', () => {
  const lines = Array.from({ length: 100_000 }, (_, at) => `line${at}`.padEnd(10, '-'))
  const mask = createMask([lines.join('\n')])
  expect(mask(`${lines[0]} ${lines[77_777]} line-none`)).toBe('*** *** line-none')
})

it('finds a value that begins within what only looked like one', () => {
  expect(createMask(['aaaaaab', 'secret'])('aaaaaaab sesecret')).toBe('a*** se***')
})
