import { describe, expect, it } from 'vitest'
import { skipByPaths } from '../../../src/skip/skip-by-paths.ts'

const api = { paths: ['services/api', 'lib/**/*.py'] }
const noDocs = { ignore: ['**/*.md', 'docs', '!docs/api.md'] }

describe('a change', () => {
  it('deploys a micro without globs, whatever it is', () => {
    expect(skipByPaths({}, ['README.md'])).toBeUndefined()
    expect(skipByPaths({}, [])).toBeUndefined()
  })

  it('deploys a micro when any of its files matches paths', () => {
    expect(skipByPaths(api, ['README.md', 'services/api/main.py'])).toBeUndefined()
    expect(skipByPaths(api, ['lib/a/b.py'])).toBeUndefined()
  })

  it('of nothing that matches paths is skipped, in words', () => {
    expect(skipByPaths(api, ['README.md', 'services/web/x', 'lib/a.js'])).toBe('Nothing that matches paths: changed')
  })

  it('of nothing but what is ignored is skipped, in words', () => {
    expect(skipByPaths(noDocs, ['README.md', 'docs/a.png'])).toBe('All that changed matches ignore:')
    expect(skipByPaths(noDocs, ['README.md', 'src/a.js'])).toBeUndefined()
    expect(skipByPaths(noDocs, ['docs/api.md'])).toBeUndefined()
  })

  it('is taken out of paths by ignore', () => {
    const both = { ...api, ignore: ['**/*.md'] }
    expect(skipByPaths(both, ['services/api/README.md', 'x.js'])).toBe('All that changed of paths: matches ignore:')
    expect(skipByPaths(both, ['services/api/README.md', 'services/api/x.py'])).toBeUndefined()
    expect(skipByPaths(both, ['x.js'])).toBe('Nothing that matches paths: changed')
  })

  it.each(['micro.yml', 'micro.yaml', 'micro.json'])('of %s deploys every micro, even if it is ignored', (file) => {
    expect(skipByPaths({ ...api, ignore: ['**'] }, [file])).toBeUndefined()
    expect(skipByPaths(api, [`services/web/${file}`])).toBeDefined()
  })

  it('that GitHub cannot tell deploys', () => {
    expect(skipByPaths({ ...api, ignore: ['**'] }, 'unknown')).toBeUndefined()
  })

  it('of no file at all is skipped, as an empty commit is', () => {
    expect(skipByPaths(api, [])).toBe('No file changed')
    expect(skipByPaths(noDocs, [])).toBe('No file changed')
  })

  it('deploys when its globs take too many steps', () => {
    const slow = Array.from({ length: 64 }, () => `${'*a'.repeat(100)}x`)
    const paths = Array.from({ length: 300 }, () => 'a'.repeat(2000))
    const before = process.hrtime.bigint()
    expect(skipByPaths({ paths: slow }, paths)).toBeUndefined()
    expect(skipByPaths({ ignore: ['**', ...slow] }, paths)).toBeUndefined()
    const ms = Number(process.hrtime.bigint() - before) / 1e6
    expect(ms).toBeLessThan(5000)
  })

  it('of 300 files is judged by 64 usual globs within the steps', () => {
    const globs = Array.from({ length: 64 }, (_, index) => `services/s${index}/**/*.{js,ts}`)
    const paths = Array.from({ length: 300 }, (_, index) => `services/s${index}/src/deep/down/readme-${index}.md`)
    expect(skipByPaths({ paths: globs }, paths)).toBe('Nothing that matches paths: changed')
  })
})
