import { expect, it } from 'vitest'
import { formatAppLine } from '../../contract/app-log.ts'
import { cleanLine, cleanText } from '../../contract/text/clean-text.ts'

it.each([
  ['plain', 'plain'],
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u001b]0;a title of the window\u0007after', 'after'],
  ['\u001b]8;;http://example.org\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['\u001bPq#0;2;0;0;0\u001b\\sixel', 'sixel'],
  ['\u001b[2J\u001b[Hcleared', 'cleared'],
  ['\u001bc reset', ' reset'],
  ['an unfinished \u001b[', 'an unfinished '],
  ['\u009b31mof eight bits', '31mof eight bits'],
  ['back\b\b\b\bspace\r', 'backspace'],
  ['a\u202edcba\u202c', 'adcba'],
  ['tab\tstop', 'tab    stop'],
  ['ünïcödé 漢字 🎉', 'ünïcödé 漢字 🎉'],
])('shows %j as %j', (text, shown) => {
  expect(cleanLine(text)).toBe(shown)
})

it('takes time in proportion to the length of what it cleans', () => {
  const hostile = '\u001b]'.repeat(8192) + '\u001b['.repeat(8192)
  const started = performance.now()
  cleanLine(hostile)
  expect(performance.now() - started).toBeLessThan(500)
})

it('shows a line with its time and stream', () => {
  const atMs = Date.parse('2026-11-24T09:00:00.123Z')
  expect(formatAppLine({ atMs, stream: 'out', text: 'text' })).toBe('2026-11-24 09:00:00.123 out  text')
  expect(formatAppLine({ atMs, stream: 'micropush', text: 'ended' })).toBe('2026-11-24 09:00:00.123 ==>  ended')
})

it('cleans words of several lines, and leaves the lines', () => {
  expect(cleanText('The build failed:\n\u001b]0;owned\u0007\u001b[2Jx\r\ny')).toBe('The build failed:\nx\ny')
})
