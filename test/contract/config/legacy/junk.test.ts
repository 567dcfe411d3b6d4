import { describe, expect, it } from 'vitest'
import { microConfig } from '../../../../contract/config.ts'
import { parseLegacy, type LegacyFiles } from '../../../../contract/config/legacy/parse-legacy.ts'
import { ENV_NAME } from '../../../../contract/config/fields/read-env.ts'
import { MICRO_NAME } from '../../../../contract/names.ts'
import { generator } from '../random.ts'

/** What holds of any result, whatever came in. */
function check(files: LegacyFiles): void {
  const startedMs = performance.now()
  const { micros, warnings } = parseLegacy(files, { owner: 'ada', repository: '_' })
  expect(performance.now() - startedMs).toBeLessThan(2000)
  expect(new Set(micros.map(({ name }) => name)).size).toBe(micros.length)
  for (const micro of micros) {
    microConfig.parse(micro)
    expect(micro.name).toMatch(MICRO_NAME)
    expect(micro.src.split('/')).not.toContain('..')
    expect(Object.keys(micro.env).every((name) => ENV_NAME.test(name))).toBe(true)
    expect(Object.entries(micro.env).flat().join('').length).toBeLessThanOrEqual(64 * 1024)
  }
  expect(warnings.length).toBeLessThanOrEqual(50)
  for (const warning of warnings) {
    expect(warning).toMatch(/^(?:deta\.json|Spacefile) line \d+: /)
    expect(warning.length).toBeLessThan(400)
  }
}

function both(text: string): void {
  for (const encoding of ['utf8', 'utf16le'] as const) {
    check({ detaJson: Buffer.from(text, encoding) })
    check({ spacefile: Buffer.from(text, encoding), detaignore: true })
  }
}

const seeds = [
  '{"name":"a b","runtime":"python3.9","env":[{"key":"A","value":"1","required":true}],"cron":"5 minutes"}',
  'v: 0\nmicros:\n  - name: a\n    src: ./a\n    engine: static\n    primary: true\n    serve: dist\n    commands: [npm i, make]\n',
  'v: 0\nmicros:\n  - &m { name: b, engine: python3.9, run: "x", presets: { env: [{ name: X, default: 1 }] } }\n  - *m\n',
]

describe('files that were written for Deta', () => {
  it.each([
    ['lists in lists', '['.repeat(60_000)],
    ['groups in groups', '{"a":'.repeat(10_000)],
    ['quotes', '"'.repeat(60_000)],
    ['opened comments', '/*'.repeat(30_000)],
    ['stars in a comment', `/*${'*'.repeat(60_000)}`],
    ['backslashes', `"${'\\'.repeat(60_000)}`],
    ['spaces', ' '.repeat(60_000)],
    ['many keys', `{${Array.from({ length: 5000 }, (_, index) => `"k${index}":1`).join()}}`],
    ['many variables', `{"env":[${'{"key":"A"},'.repeat(5000)}]}`],
    [
      'a bomb of aliases',
      `a: &a [x]\n${Array.from({ length: 9 }, (_, n) => `b${n}: &b${n} [${'*a,'.repeat(9)}]`).join('\n')}`,
    ],
    [
      'large values that repeat',
      `a: &a "${'x'.repeat(30_000)}"\nmicros:\n  - presets: { env: [${'{name: A, default: *a},'.repeat(900)}] }`,
    ],
    ['odd keys', '{"__proto__":1,"constructor":{"a":1},"env":[{"key":"__proto__","value":"1"}]}'],
    ['control characters', '\u0000\u0001\u001b[31m\u2028{"name":"\u0007"}'],
  ])('of %s are read within their bounds', (_, text) => both(text))

  it('are read without a fault of ours, however they are damaged', () => {
    const random = generator(7)
    const pieces = [
      ...Array.from('\t\n:"\'[]{},#&*|>%/\\\0😀'),
      '- ',
      '//',
      '/*',
      '\uD800',
      '---\n',
      '<<: ',
      '!!x ',
      '*m',
      '\uFEFF',
    ]
    for (let round = 0; round < 500; round += 1) {
      let text = seeds[random(seeds.length)] ?? ''
      for (let change = random(5); change >= 0; change -= 1) {
        const at = random(text.length + 1)
        text = text.slice(0, at) + (pieces[random(pieces.length)] ?? '') + text.slice(at + random(4))
      }
      both(text)
    }
  })

  it('are read when they are no text at all', () => {
    const random = generator(9)
    for (let round = 0; round < 300; round += 1) {
      const bytes = Uint8Array.from({ length: random(200) }, () => random(256))
      check({ detaJson: bytes })
      check({ spacefile: bytes })
    }
  })
})
