import { describe, expect, it } from 'vitest'
import { microConfig } from '../../../contract/config.ts'
import { parseConfig } from '../../../contract/config/parse-config.ts'
import { bad, badBeyondSchema, good } from './corpus.ts'
import { generator } from './random.ts'

function faults(text: string): string[] {
  const result = parseConfig(text, { file: 'micro.yml', repository: 'demo' })
  return result.ok ? [] : result.errors.map(({ message }) => message)
}

describe('a hostile file', () => {
  it.each([
    ['nested lists', `v: 1\nx: ${'['.repeat(60_000)}`],
    ['nested maps', '{'.repeat(60_000)],
    ['nested blocks', `v: 1\nx:\n${'- '.repeat(30_000)}`],
    ['explicit keys', '? '.repeat(30_000)],
    ['a bomb of aliases', bomb()],
    ['an alias of itself', 'v: 1\nenv: &a\n  B: *a\n'],
    ['many aliases', `v: 1\nx: &a [1]\ny: [${'*a,'.repeat(20_000)}]`],
    ['many anchors', '&a '.repeat(20_000)],
    ['one key many times', 'a:\n'.repeat(20_000)],
    ['many quotes', '"'.repeat(60_000)],
    ['many keys', Array.from({ length: 7000 }, (_, index) => `k${index}: 1`).join('\n')],
  ])('of %s is refused, with few words', (_, text) => {
    const said = faults(text)
    expect(said.length).toBeGreaterThan(0)
    expect(said.length).toBeLessThanOrEqual(50)
    expect(Math.max(...said.map((one) => one.length))).toBeLessThan(300)
  })

  it('never makes the parser throw, however a good one is damaged', () => {
    const random = generator(1)
    const pieces = [
      '\t',
      '\n',
      ':',
      '- ',
      '"',
      "'",
      '[',
      '}',
      '&a ',
      '*a',
      '!!x ',
      '|',
      '>',
      '#',
      '%',
      '\0',
      '\u2028',
      '😀',
      '\uD800',
      '---\n',
      '__proto__',
      '<<: ',
    ]
    const seeds = [...good, ...bad, ...badBeyondSchema]
    for (let round = 0; round < 2000; round += 1) {
      let text = seeds[random(seeds.length)] ?? ''
      for (let change = random(4); change >= 0; change -= 1) {
        const at = random(text.length + 1)
        text = text.slice(0, at) + (pieces[random(pieces.length)] ?? '') + text.slice(at + random(3))
      }
      for (const file of ['micro.yml', 'micro.json'] as const) {
        const result = parseConfig(text, { file, repository: 'demo' })
        if (result.ok) for (const micro of result.micros) microConfig.parse(micro)
        else
          for (const { line, column } of result.errors) expect(Math.min(line, column), text).toBeGreaterThanOrEqual(1)
      }
    }
  })
})

function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(9)}]`)
  return `v: 1\nl0: &l0 [x]\n${levels.join('\n')}`
}
