import { describe, expect, it } from 'vitest'
import { code } from '../../../src/github/markdown/code.ts'
import { codeBlock } from '../../../src/github/markdown/code-block.ts'

describe('words of strangers in a line', () => {
  it.each([
    ['@everybody #1 <script> [x](http://evil)', '`@everybody #1 <script> [x](http://evil)`'],
    ['a | b', '`a ¦ b`'],
    [String.raw`a \| b`, '`a \\¦ b`'],
    ['`` `code` @me', "`'' 'code' @me`"],
    ['two\nlines\r\n\u2028three', '`two lines three`'],
    ['\u202Eright to left\u0000', '`right to left`'],
  ])('%j are code, and stay in it', (text, expected) => {
    expect(code(text)).toBe(expected)
  })
})

describe('words of strangers in a block', () => {
  it('cannot close it, however many backticks they have', () => {
    const block = codeBlock('one\n```\n@everybody\n````\n')
    const [first, ...rest] = block.split('\n')
    expect(first).toBe('`````text')
    expect(rest.at(-1)).toBe('`````')
    expect(rest.slice(0, -1).some((line) => /^ {0,3}`{5,}\s*$/.test(line))).toBe(false)
  })

  it('make no fence that is longer than they are worth', () => {
    const block = codeBlock('`'.repeat(60_000))
    expect(block.length).toBeLessThan(100)
  })

  it('lose what an editor does not show', () => {
    expect(codeBlock('a\u0000b\u001B[31m\tc')).toBe('```text\nab[31m\tc\n```')
  })
})
