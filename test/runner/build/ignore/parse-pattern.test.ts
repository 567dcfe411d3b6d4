import { describe, expect, it } from 'vitest'
import { compilePattern } from '../../../../contract/pattern/match-pattern.ts'
import { PatternError } from '../../../../contract/pattern/pattern.ts'
import { parsePattern } from '../../../../runner/build/ignore/parse-pattern.ts'

const compile = (pattern: string) => compilePattern(parsePattern(pattern))
const matches = (pattern: string, text: string) => compile(pattern)(text, { left: 10_000_000 })

/** JavaScript's own expressions agree on all of these. */
const expressions = [
  'src',
  'src/',
  '^src/',
  '\\.log$',
  '.',
  '',
  'a|b',
  '(a|bc)d',
  'a*b',
  'a+b',
  'a?b',
  '^a?$',
  '(ab)*c',
  '(?:ab)+',
  'a{2}',
  'a{2,}b',
  'a{1,2}$',
  'a{0}b',
  '[abc]d',
  '[^a]b',
  '[a-c]+d',
  '[a-]b',
  '\\d+',
  '\\w+\\.js$',
  '[\\d.]+$',
  '\\S/\\S',
  '(a*)*b',
  '(a|)b',
  'x|^$',
  '^(?:a|b)*c',
  'a+?b',
  '[.]js',
  'é',
  '(a(b(c)))',
  '^.*env$',
  '(.*~$)|(.*\\.deta)',
  'a{,2}',
  '[+*]',
  '\\$',
  'b$|^a',
]
const texts = [
  '',
  'a',
  'ab',
  'aab',
  'abc',
  'abcabcd',
  'src/index.js',
  'lib/src/a.log',
  'a.log.txt',
  'bcd',
  '1.2.3',
  'a-b',
  'é/b.js',
  'sample.env',
  'x~',
  'a{,2}',
  'a+b',
  '$',
  'cc',
]

describe('an expression finds what JavaScript’s finds', () => {
  it.each(expressions)('%j', (expression) => {
    for (const text of texts)
      expect([text, matches(expression, text)]).toEqual([text, new RegExp(expression).test(text)])
  })
})

it.each([
  ['[[:alpha:]]+/', 'src/x', true],
  ['^[[:^digit:]]+$', 'a1', false],
  ['[]a]b', ']b', true],
  ['\\Aa\\z', 'a', true],
  ['(?P<name>a)b', 'ab', true],
])('%j, which Go has and JavaScript has not, in %j: %j', (pattern, text, found) => {
  expect(matches(pattern, text)).toBe(found)
})

it.each([
  '*.log',
  '**/x',
  'a**',
  '(a',
  'a)',
  '[a',
  '[z-a]',
  'a{2,1}',
  'a{1001}',
  '\\1',
  '(?=a)',
  '(?<!a)b',
  '\\',
  '+',
  '((a{1000}){1000}){1000}',
  '[[:constructor:]]',
  '('.repeat(500),
])('%s is refused', (pattern) => {
  expect(() => compile(pattern)).toThrow(PatternError)
})

// What tries one way after the other needs longer than the universe is old for each of these.
it.each([
  ['(a*)*$', 'a'.repeat(5000) + 'b'],
  ['(a|a)*b$', 'a'.repeat(5000)],
  ['(x+x+)+y', 'x'.repeat(5000)],
  ['(a?){100}a{100}$', `${'a'.repeat(100)}b`],
])('%s is as quick as any', (pattern, text) => {
  expect(matches(pattern, text)).toBe(pattern === '(a*)*$')
})

it('stops when its steps are used up', () => {
  const budget = { left: 1000 }
  expect(compile('(a*)*c')('a'.repeat(100_000), budget)).toBe(false)
  expect(budget.left).toBeLessThan(0)
  expect(budget.left).toBeGreaterThan(-100)
})

it('takes nothing, repeated a thousand times a thousand times and so on, for nothing', () => {
  const nothing = `${'('.repeat(20)}${'){1000}'.repeat(20)}`
  expect(matches(`^a${nothing}b$`, 'ab')).toBe(true)
})

it('pays for each comparison that a class of characters takes', () => {
  const many = Array.from({ length: 400 }, (_, at) => String.fromCodePoint(0x4e00 + at)).join('')
  const budget = { left: 100_000 }
  compile(`[${many}]z`)('a'.repeat(1000), budget)
  expect(budget.left).toBeLessThan(0)
})

it('pays for a large expression at each path, also when it fails at once', () => {
  const budget = { left: 1000 }
  const search = compile('(b{1000}){4}')
  for (let n = 0; n < 20; n += 1) search('a', budget)
  expect(budget.left).toBeLessThan(0)
})
