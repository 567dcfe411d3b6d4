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
