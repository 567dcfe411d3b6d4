import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../contract/config/parse-config.ts'
import { defaultPreviews, previewSettings, type PreviewSettings } from '../../../contract/config/previews.ts'
import { good } from './corpus.ts'

const HOUR_MS = 3_600_000

function parse(text: string) {
  return parseConfig(text, { file: 'micro.yml', repository: 'demo' })
}

/** What the text after `previews:` means. */
function previews(text: string): PreviewSettings {
  const result = parse(`v: 1\npreviews: ${text}`)
  if (!result.ok) throw new Error(JSON.stringify(result.errors))
  return result.previews
}

function faults(text: string): string[] {
  const result = parse(text)
  return result.ok ? [] : result.errors.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

describe('previews', () => {
  it('are for every pull request, those from forks with approval, where the file says nothing', () => {
    expect(parse('v: 1')).toMatchObject({ previews: defaultPreviews })
    expect(previews('')).toEqual(defaultPreviews)
    expect(defaultPreviews).toEqual({
      enabled: true,
      forks: 'approve',
      drafts: true,
      bots: true,
      labels: [],
      ttlMs: 7 * 24 * HOUR_MS,
      max: 20,
      comment: true,
    })
  })

  it.each(['off', 'Off', 'false', 'no', '"off"', '"false"'])('are switched off by %s', (word) => {
    expect(previews(word)).toEqual({ ...defaultPreviews, enabled: false })
  })

  it.each(['on', 'true', 'yes', 'TRUE', '"on"'])('are switched on by %s', (word) => {
    expect(previews(word)).toEqual(defaultPreviews)
  })

  it('are switched off in a file of YAML 1.1, whose off is a boolean', () => {
    expect(parse('%YAML 1.1\n---\nv: 1\npreviews: off')).toMatchObject({ previews: { enabled: false } })
    expect(parse('%YAML 1.1\n---\nv: 1\npreviews: { forks: off }')).toMatchObject({ previews: { forks: 'off' } })
  })

  it('have each of their settings, and the defaults for the rest', () => {
    expect(
      previews('{ forks: no-secrets, drafts: false, bots: no, labels: [a, b c, a], ttl: 12h, max: 3, comment: off }'),
    ).toEqual({
      enabled: true,
      forks: 'no-secrets',
      drafts: false,
      bots: false,
      labels: ['a', 'b c'],
      ttlMs: 12 * HOUR_MS,
      max: 3,
      comment: false,
    })
    expect(previews('{ bots: false }')).toEqual({ ...defaultPreviews, bots: false })
  })

  it.each(['off', 'false', '"off"', '"false"', 'no', 'OFF'])('of forks are switched off by %s', (word) => {
    expect(previews(`{ forks: ${word} }`)).toEqual({ ...defaultPreviews, forks: 'off' })
  })

  it('live from an hour to a year, 1 to 100 at once, to the bounds', () => {
    expect(previews('{ ttl: 1h, max: 1 }')).toMatchObject({ ttlMs: HOUR_MS, max: 1 })
    expect(previews('{ ttl: 365d, max: 100 }')).toMatchObject({ ttlMs: 365 * 24 * HOUR_MS, max: 100 })
    expect(previews('{ ttl: 60m, max: "7" }')).toMatchObject({ ttlMs: HOUR_MS, max: 7 })
  })

  it('stand beside a list of micros as well, once', () => {
    expect(parse('v: 1\npreviews: off\nmicros:\n  - src: a')).toMatchObject({ ok: true, previews: { enabled: false } })
  })

  it('are what the contract takes', () => {
    for (const text of good) {
      const result = parse(text)
      if (result.ok) expect(previewSettings.parse(result.previews)).toEqual(result.previews)
    }
  })

  it.each([
    ['previews: maybe', '2:1 previews: must be on, off, or keys with values such as "ttl: 7d", not "maybe"'],
    ['previews: [a]', '2:1 previews: must be on, off, or keys with values such as "ttl: 7d", not a list'],
    ['preview: off', '2:1 unknown key "preview" – did you mean "previews"?'],
    ['previews: { fork: off }', '2:13 unknown key "fork" – did you mean "forks"?'],
    ['previews: { label: [a] }', '2:13 unknown key "label" – did you mean "labels"?'],
    ['previews: { expires: 7d }', '2:13 unknown key "expires" – did you mean "ttl"?'],
    ['previews: { only: main }', '2:13 unknown key "only"; known here: forks, drafts, bots, labels, ttl, max, comment'],
    ['previews: { runtime: x }', '2:13 "runtime" does not belong here; indent it like "previews"'],
    ['limits: { runtime: x }', '2:11 "runtime" does not belong here; indent it like "limits"'],
    ['drafts: false', '2:1 "drafts" belongs into "previews"; indent it below that key'],
    ['micros:\n  - src: a\n    ttl: 7d', '4:5 "ttl" belongs into "previews"; indent it below that key'],
    ['micros:\n  - src: a\n    previews: off', '4:5 "previews" stands once, at the top of the file; remove it here'],
    ['previews: { forks: aprove }', '2:13 previews.forks: "aprove" is not known; did you mean "approve"?'],
    ['previews: { forks: on }', '2:13 previews.forks: "on" is not known; write off, approve or no-secrets'],
    ['previews: { forks: [] }', '2:13 previews.forks: a list is not known; write off, approve or no-secrets'],
    ['previews: { drafts: never }', '2:13 previews.drafts: must be true or false, not "never"'],
    ['previews: { comment: 1 }', '2:13 previews.comment: must be true or false, not "1"'],
    ['previews: { bots: }', '2:13 previews.bots: must be true or false, not nothing'],
    ['previews: { ttl: soon }', '2:13 previews.ttl: "soon" is not a time; write for example 7d'],
    ['previews: { ttl: 7 }', '2:13 previews.ttl: 7s is too little, 1h is the least; did you mean 7d?'],
    ['previews: { ttl: 30m }', '2:13 previews.ttl: 1800s is too little, 1h is the least'],
    ['previews: { ttl: 400d }', '2:13 previews.ttl: 400d is too much, 365d is the most'],
    ['previews: { max: 0 }', '2:13 previews.max: 0 is too little, 1 is the least'],
    ['previews: { max: 101 }', '2:13 previews.max: 101 is too much, 100 is the most'],
    ['previews: { max: few }', '2:13 previews.max: "few" is not a whole number; write for example 20'],
    [
      'previews: { labels: a }',
      '2:13 previews.labels: must be a list of labels, not text; write "- preview", one a line',
    ],
    ['previews: { labels: [5] }', '2:22 previews.labels: must be text; put it in quotes: "5"'],
    [`previews: { labels: [${'a,'.repeat(51)}] }`, '2:13 previews.labels: 51 labels are listed, 50 are the most'],
  ])('that are wrong are told in words: %s', (text, words) => {
    expect(faults(`v: 1\n${text}`)).toEqual([words])
  })
})
