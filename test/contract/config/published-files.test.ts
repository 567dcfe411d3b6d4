import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../contract/config/parse-config.ts'
import { defaultAllowance } from '../../../contract/allowance.ts'
import { defaultLimits } from '../../../contract/limits.ts'
import { limitRules } from '../../../contract/config/fields/read-limits.ts'
import { scaleBounds } from '../../../contract/config/fields/read-scale.ts'
import { sleepBounds } from '../../../contract/config/fields/read-sleep.ts'
import { previewBounds } from '../../../contract/config/fields/read-previews.ts'
import { previewKeys, scaleKeys, sleepKeys } from '../../../contract/config/keys.ts'
import { writeDuration } from '../../../contract/config/parse-duration.ts'
import { defaultPreviews } from '../../../contract/config/previews.ts'
import { writeSize } from '../../../contract/config/parse-size.ts'
import { parseSettings } from '../../../contract/settings.ts'
import { USUAL_CONCURRENCY } from '../../../contract/sleep.ts'

const root = join(import.meta.dirname, '../../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const guide = read('docs/micro-yml.md')

describe('the guide to micro.yml', () => {
  const blocks = [...guide.matchAll(/```(yaml|json)\n(.*?)```/gs)].map(([, kind, text]) => ({ kind, text: text ?? '' }))

  it.each(blocks)('shows a file that works: $text', ({ kind, text }) => {
    const file = kind === 'json' ? 'micro.json' : 'micro.yml'
    expect(parseConfig(text, { file, repository: 'demo' })).toMatchObject({ ok: true, warnings: [] })
  })

  it.each(Object.entries(limitRules))('gives the bounds of %s as the code has them', (key, { field, unit, least }) => {
    const format = { duration: writeDuration, size: writeSize, count: String }[unit]
    expect(guide).toContain(`| \`${key}\` | \`${format(defaultLimits[field])}\` | \`${format(least)}\` |`)
  })

  it('has a row for each key of previews, with the bounds and defaults that the code has', () => {
    const { ttl, max } = previewBounds
    const { ttlMs, max: usual, forks } = defaultPreviews
    for (const key of previewKeys) expect(guide).toContain(`\n| \`${key}\` |`)
    const life = `\`${writeDuration(ttl.least)}\` to \`${writeDuration(ttl.most)}\` | \`${writeDuration(ttlMs)}\` |`
    expect(guide).toContain(life)
    expect(guide).toContain(`${max.least} to ${max.most} | \`${usual}\` |`)
    expect(guide).toContain(`without any secrets | \`${forks}\` |`)
  })
})

it('the guide for people who come from Deta shows a file that works', () => {
  const blocks = [...read('docs/from-deta.md').matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text ?? '')
  expect(blocks.length).toBeGreaterThan(0)
  for (const text of blocks) {
    const file = text.replaceAll(/^ {2}/gm, '')
    expect(parseConfig(file, { file: 'micro.yml', owner: 'ada', repository: 'demo' })).toMatchObject({
      ok: true,
      warnings: [],
    })
  }
})

it('the guide to micro.yml has a row for each key of sleep and scale, with the bounds and defaults that the code has', () => {
  const usual = parseSettings({})
  const [after, cold] = [sleepBounds.after, sleepBounds.cold]
  for (const key of [...sleepKeys, ...scaleKeys]) expect(guide).toContain(`\n| \`${key}\` |`)
  const mostAfter = writeDuration(defaultAllowance.idleMs)
  expect(guide).toContain(
    `| \`${writeDuration(after.least)}\` to \`${mostAfter}\` | the operator's time, ${usual.idleMs / 1000} s |`,
  )
  expect(guide).toContain(
    `| \`${writeDuration(cold.least)}\` to \`${writeDuration(cold.most)}\` | the operator's time, ${usual.evictMs / 60_000} min |`,
  )
  expect(guide).toContain(`| ${scaleBounds.max.least} to ${defaultAllowance.sandboxes}, more by`)
  const { least, most } = scaleBounds.concurrency
  expect(guide).toContain(`| ${least} to ${most} | \`${USUAL_CONCURRENCY}\` |`)
})

describe('each example', () => {
  const files = globSync('examples/*/micro.yml', { cwd: root })

  it('is there', () => {
    expect(files.length).toBeGreaterThanOrEqual(8)
  })

  it.each(files)('%s is a valid file, whose folders and entries exist', (path) => {
    const result = parseConfig(read(path), { file: 'micro.yml', repository: 'demo' })
    if (!result.ok) throw new Error(JSON.stringify(result.errors))
    expect(result.warnings).toEqual([])
    for (const { src, entry, build } of result.micros) {
      const folder = join(root, path, '..', src)
      expect(existsSync(folder)).toBe(true)
      if (entry !== undefined && build === undefined) expect(existsSync(join(folder, entry))).toBe(true)
    }
  })

  it.each(globSync('examples/**/package.json', { cwd: root, exclude: (path) => path.includes('node_modules') }))(
    '%s has a lock file that names no registry',
    (path) => {
      const lock = read(join(path, '../package-lock.json'))
      expect(lock).not.toMatch(/https?:\/\/(?!github\.com|opencollective\.com)[^"]*\.tgz|"resolved"/)
    },
  )
})
