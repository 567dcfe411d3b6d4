import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../../../contract/deployment.ts'
import { drawComment, MARKER } from '../../../../src/report/comment/draw-comment.ts'
import { hasEnded, isWorthSaying, tooMany, type Row } from '../../../../src/report/comment/rows.ts'
import { sampleConfig, sampleDeployment, shaA } from '../../support/samples.ts'

const url = 'http://pr-3--hello--ada.localhost:8080'

function row(more: Partial<Deployment>, at?: string): Row {
  const target = { kind: 'preview', pull: 3, fork: false, secrets: 'preview' } as const
  const deployment = sampleDeployment({ id: 'd1', target, stateSinceMs: Date.UTC(2026, 10, 24, 12, 1, 5), ...more })
  return { micro: deployment.config.name, deployment, url: at, isOver: false }
}

const draw = (...rows: readonly Row[]) => drawComment(rows, 'http://bot')

describe('the comment', () => {
  it('is a table of micros with link, state, commit, time and log', () => {
    const web = row({ state: 'building', config: sampleConfig({ name: 'web' }) }, url)
    expect(draw(row({ state: 'live' }, url), web)).toBe(`${MARKER}
Previews of this pull request:

| Micro | Link | State | Commit | Updated (UTC) | Log |
|---|---|---|---|---|---|
| hello | [Open](${url}) | ✅ Live | \`aaaaaaa\` | 2026-11-24 12:01 | [Log](http://bot/d/d1) |
| web | [Open](${url}) | ⏳ Building | \`aaaaaaa\` | 2026-11-24 12:01 | [Log](http://bot/d/d1) |
`)
  })

  it("says of a fork's commit how it is approved, and what is withheld from it", () => {
    const text = draw(row({ state: 'held', withheld: ['API_KEY', 'a`|@b'] }))
    expect(text).toContain('✋ Waits for approval')
    expect(text).toContain(`\`${shaA.slice(0, 7)}\`, and no other commit, by a comment that says \`/deploy\``)
    expect(text).toContain("Withheld secrets: `API_KEY`, `a'¦@b`")
  })

  it('keeps what strangers say in its place', () => {
    const message = '@everybody | [x](http://evil) <img src=x>\n| a | b |'
    const text = draw(row({ state: 'failed', outcome: { error: { code: 'build-failed', message } } }))
    const line = text.split('\n').find((one) => one.startsWith('| hello'))
    expect(line).toContain('❌ Failed: `@everybody ¦ [x](http://evil) <img src=x> ¦ a ¦ b ¦`')
    expect(line?.match(/\|/g)).toHaveLength(7)
  })

  it('says that the previews have ended, and how one that ended by itself comes back', () => {
    const ended = { why: 'idle', words: 'Ended after 7 idle days; push or /deploy to get it back' } as const
    const text = draw(row({ state: 'destroyed', outcome: { ended } }))
    expect(text).toContain('have **ended**')
    expect(text).toContain('`Ended after 7 idle days; push or /deploy to get it back`')
    expect(draw(row({ state: 'destroyed' }))).toContain('| hello | – | Ended |')
  })

  it('says why a micro is skipped', () => {
    expect(draw(row({ state: 'skipped', outcome: { detail: '[skip ci]' } }, url))).toContain('➖ `Skipped: [skip ci]`')
  })

  it('is not worth writing while everything is skipped, and has not ended while something is live', () => {
    const skipped = row({ state: 'skipped' })
    expect(isWorthSaying([skipped])).toBe(false)
    expect(isWorthSaying([skipped, row({ state: 'held' })])).toBe(true)
    expect(hasEnded([row({ state: 'skipped' }, url)])).toBe(false)
    expect(hasEnded([row({ state: 'destroyed' }), row({ state: 'cancelled' })])).toBe(true)
  })

  it('forgets the oldest of those that have ended, when an author has renamed them with every push', () => {
    const rows = Array.from({ length: 45 }, (_, index) =>
      row({
        state: index % 2 === 0 ? 'destroyed' : 'live',
        sequence: 100 - index,
        config: sampleConfig({ name: `m${index}` }),
      }),
    )
    expect(tooMany(rows)).toEqual(['m44', 'm42', 'm40', 'm38', 'm36'])
    expect(tooMany(rows.slice(5))).toEqual([])
  })

  it('keeps within what GitHub takes with as many micros as a file can have, each as talkative as can be', () => {
    const message = '@'.repeat(100_000)
    const names = Array.from({ length: 300 }, (_, index) => `${'N'.repeat(200)}${index}`)
    const rows = Array.from({ length: 40 }, () =>
      row({ state: 'failed', outcome: { error: { code: 'build-failed', message } } }, url),
    )
    expect(draw(...rows, row({ state: 'held', withheld: names })).length).toBeLessThan(65_536)
  })
})
