import { describe, expect, it } from 'vitest'
import type { Allowance } from '../../../contract/allowance.ts'
import type { MicroConfig } from '../../../contract/config.ts'
import { microConfig } from '../../../contract/config.ts'
import { parseConfig } from '../../../contract/config/parse-config.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

const parse = (text: string, allowance?: Allowance) =>
  parseConfig(`v: 1\n${text}`, {
    file: 'micro.yml',
    owner: 'ada',
    repository: 'shop',
    ...(allowance === undefined ? {} : { allowance }),
  })

function micro(text: string, allowance?: Allowance): MicroConfig | undefined {
  const result = parse(text, allowance)
  if (!result.ok) throw new Error(JSON.stringify(result.errors))
  // As its record has to be read again.
  return microConfig.parse(JSON.parse(JSON.stringify(result.micros[0])))
}

function faults(text: string, allowance?: Allowance): string[] {
  const result = parse(text, allowance)
  return result.ok ? [] : result.errors.map(({ line, message }) => `${line} ${message}`)
}

const all: Allowance = { idleMs: Infinity, sandboxes: 64 }

describe('sleep', () => {
  it('is left to the operator where the file says nothing', () => {
    for (const text of ['', 'sleep:', 'sleep: {}', 'sleep: { }\nscale:'])
      expect(micro(text)).not.toHaveProperty('sleep')
  })

  it.each([
    ['sleep: 10m', { idleMs: 10 * MINUTE_MS }],
    ['sleep: 90', { idleMs: 90_000 }],
    ['sleep: 100ms', { idleMs: 100 }],
    ['sleep: { after: 1h }', { idleMs: HOUR_MS }],
    ['sleep: { cold: 24h }', { coldMs: 24 * HOUR_MS }],
    ['sleep: { after: 10m, cold: 7d }', { idleMs: 10 * MINUTE_MS, coldMs: 168 * HOUR_MS }],
  ])('%s is understood', (text, sleep) => {
    expect(micro(text)?.sleep).toEqual(sleep)
  })

  it.each(['sleep: never', 'sleep: Never', 'sleep: { after: never }'])(
    '%s keeps it awake, where that was granted',
    (text) => {
      expect(micro(text, all)?.sleep).toEqual({ idleMs: 'never' })
      expect(faults(text)[0]).toContain(
        'never was asked, 1h is granted; ask the operator for: micropush grant ada/shop sleep=never',
      )
    },
  )

  it('goes up to what was granted, and says what was asked and how to ask for more', () => {
    const allowance = { idleMs: 12 * HOUR_MS, sandboxes: 4 }
    expect(micro('sleep: 12h', allowance)?.sleep).toEqual({ idleMs: 12 * HOUR_MS })
    expect(faults('sleep: 12.5 h', allowance)).toEqual([
      '2 sleep: 45000s was asked, 12h is granted; ask the operator for: micropush grant ada/shop sleep=12.5h',
    ])
    expect(faults('sleep:\n  after: 2h')).toEqual([
      '3 sleep.after: 2h was asked, 1h is granted; ask the operator for: micropush grant ada/shop sleep=2h',
    ])
  })

  it('warns of a time that has no meaning', () => {
    expect(parse('sleep: { after: never, cold: 1h }', all)).toMatchObject({
      ok: true,
      warnings: ['micro.yml line 2: sleep.cold means nothing to a micro that never sleeps'],
    })
  })

  it('belongs to one micro of several', () => {
    const result = parse('micros:\n  - src: api\n    sleep: 10m\n    scale: 2\n  - src: web')
    expect(result).toMatchObject({ micros: [{ sleep: { idleMs: 600_000 }, scale: { max: 2 } }, { name: 'web' }] })
    expect(result.ok && result.micros[1]).not.toHaveProperty('sleep')
    expect(faults('sleep: 10m\nmicros:\n  - src: api')).toEqual([
      '2 "sleep" cannot stand beside "micros"; move it into each micro of the list',
    ])
  })

  it.each([
    ['sleep: false', '2 sleep: "false" is not known; write "never" to keep it awake'],
    ['sleep: off', '2 sleep: "off" is not known; write "never" to keep it awake'],
    ['sleep: yes', '2 sleep: "yes" is not known; write a time such as 10m'],
    ['sleep: nevr', '2 sleep: "nevr" is not known; did you mean "never"?'],
    ['sleep: soon', '2 sleep: "soon" is no time; write never, or for example 10m'],
    ['sleep: 1w', '2 sleep: "1w" is no time; write never, or for example 10m'],
    ['sleep: [10m]', '2 sleep: must be never, a time such as 10m, or keys such as "after: 10m", not a list'],
    ['sleep: { after: }', '2 sleep.after: must be never, a time such as 10m, not nothing'],
    ['sleep: 50ms', '2 sleep: 50ms is too little, 100ms is the least'],
    ['sleep: { idle: 10m }', '2 unknown key "idle" – did you mean "after"?'],
    ['sleep: { evict: 10m }', '2 unknown key "evict" – did you mean "cold"?'],
    ['sleep:\n  for: 10m', '3 unknown key "for"; known here: after, cold'],
    ['sleep: { cold: 8d }', '2 sleep.cold: 8d is too much, 7d is the most'],
    ['sleep: { cold: 10ms }', '2 sleep.cold: 10ms is too little, 1s is the least'],
    ['sleep: { cold: never }', '2 sleep.cold: "never" is not a time; write for example 24h'],
    ['idle: 10m', '2 unknown key "idle" – did you mean "sleep"?'],
    ['cold: 10m', '2 "cold" belongs into "sleep"; indent it below that key'],
  ])('%s is refused in words', (text, words) => {
    expect(faults(text)).toEqual([words])
  })

  it('is bounded even where a micro may stay awake, because timers are', () => {
    expect(faults('sleep: 8d', all)).toEqual([
      '2 sleep: 8d is too much, 7d is the most; write "never" to keep it awake',
    ])
  })
})

describe('scale', () => {
  it.each([
    ['scale: 4', { max: 4, concurrency: 50 }],
    ['scale: { max: 2 }', { max: 2, concurrency: 50 }],
    ['scale: { max: 3, concurrency: 10 }', { max: 3, concurrency: 10 }],
    ['scale: 1', { max: 1, concurrency: 50 }],
  ])('%s is understood', (text, scale) => {
    expect(micro(text)?.scale).toEqual(scale)
  })

  it('goes up to what was granted, and says what was asked and how to ask for more', () => {
    expect(faults('scale: 8')).toEqual([
      '2 scale: 8 was asked, 4 is granted; ask the operator for: micropush grant ada/shop scale=8',
    ])
    expect(micro('scale: { max: 8 }', all)?.scale).toMatchObject({ max: 8 })
  })

  it.each([
    ['scale: 0', '2 scale: 0 is too little, 1 is the least; every micro sleeps when it is idle'],
    ['scale: many', '2 scale: "many" is not a whole number; write for example 4'],
    ['scale: true', '2 scale: must be a number such as 4, or keys such as "max: 4", not true or false'],
    ['scale: { concurrency: 5 }', '2 scale: "max" is missing, the most sandboxes; add for example "max: 4"'],
    ['scale: { max: 2, concurrency: 0 }', '2 scale.concurrency: 0 is not within 1 and 1000'],
    ['scale: { max: 2, concurency: 5 }', '2 unknown key "concurency" – did you mean "concurrency"?'],
    ['scale: { replicas: 2 }', '2 unknown key "replicas" – did you mean "max"?'],
    ['replicas: 2', '2 unknown key "replicas" – did you mean "scale"?'],
    ['concurrency: 2', '2 "concurrency" belongs into "scale"; indent it below that key'],
    ['max: 2', '2 "max" belongs into "previews" or "scale"; indent it below that key'],
  ])('%s is refused in words', (text, words) => {
    expect(faults(text)).toEqual([words])
  })
})
