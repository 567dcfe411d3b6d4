import { expect, it } from 'vitest'
import { readKeys } from '../../../cli/secrets/ask-hidden.ts'

it('takes what is typed until Enter, with backspace and Ctrl-U', () => {
  expect(readKeys('abc')).toEqual({ kind: 'more' })
  expect(readKeys('wrong\u0015ab€x\u007F\r')).toEqual({ kind: 'value', value: 'ab€' })
})

it('keeps the lines of what is pasted, and ignores arrow keys', () => {
  const pasted = '\u001B[200~-----BEGIN-----\rabc\r-----END-----\u001B[201~'
  expect(readKeys(pasted)).toEqual({ kind: 'more' })
  expect(readKeys(`${pasted}\u001B[D\r`)).toEqual({ kind: 'value', value: '-----BEGIN-----\nabc\n-----END-----' })
})

it('Ctrl-C and Ctrl-D leave', () => {
  expect(readKeys('abc\u0003')).toEqual({ kind: 'left' })
  expect(readKeys('\u0004')).toEqual({ kind: 'left' })
})
