import { describe, expect, it } from 'vitest'
import { defaultPreviews } from '../../../contract/config/previews.ts'
import { skipPull } from '../../../src/skip/skip-pull.ts'

const pull = { draft: false, author: { bot: false }, fork: false, labels: [] as string[] }
const odd = { draft: true, author: { bot: true }, fork: true, labels: ['wip'] }

describe('a pull request', () => {
  it('of whatever kind gets a preview by default', () => {
    expect(skipPull({ previews: defaultPreviews, pull })).toBeUndefined()
    expect(skipPull({ previews: defaultPreviews, pull: odd })).toBeUndefined()
  })

  it('gets none where previews are off, whatever it is', () => {
    const previews = { ...defaultPreviews, enabled: false }
    expect(skipPull({ previews, pull })).toBe('Previews are off in this repository (previews: off)')
    expect(skipPull({ previews, pull: odd })).toBe('Previews are off in this repository (previews: off)')
  })

  it.each([
    ['from a fork', { forks: 'off' as const }, { fork: true }, 'Forks get no previews here (previews.forks: off)'],
    ['that is a draft', { drafts: false }, { draft: true }, 'Drafts get no previews here (previews.drafts: false)'],
    [
      'of a bot',
      { bots: false },
      { author: { bot: true } },
      'Pull requests of bots get no previews here (previews.bots: false)',
    ],
    [
      'without the label',
      { labels: ['preview'] },
      { labels: ['previews'] },
      'No preview without the label "preview" (previews.labels)',
    ],
    [
      'without one of the labels',
      { labels: ['a', 'b'] },
      { labels: [] },
      'No preview without a label such as "a" (previews.labels names 2)',
    ],
  ])('%s gets none where the file says so, and others do', (...[, setting, trait, words]) => {
    const previews = { ...defaultPreviews, ...setting }
    expect(skipPull({ previews, pull: { ...pull, ...trait } })).toBe(words)
    const other = { ...pull, labels: ['x', 'Preview', 'B'] }
    expect(skipPull({ previews, pull: other })).toBeUndefined()
  })

  it('has a label in whatever case the file or GitHub writes it', () => {
    for (const label of ['preview', 'PREVIEW']) {
      const previews = { ...defaultPreviews, labels: ['Preview'] }
      expect(skipPull({ previews, pull: { ...pull, labels: [label] } })).toBeUndefined()
    }
  })

  it('from a fork is let through to be approved, or to go without secrets', () => {
    for (const forks of ['approve', 'no-secrets'] as const) {
      const previews = { ...defaultPreviews, forks }
      expect(skipPull({ previews, pull: { ...pull, fork: true } })).toBeUndefined()
    }
  })
})
