import { describe, expect, it } from 'vitest'
import { compileGlobs, faultOfGlob } from '../../../contract/glob/match-globs.ts'
import { generator } from '../config/random.ts'

const PLENTY = 10_000_000

function matched(globs: string | readonly string[], paths: readonly string[]): string[] {
  const matches = compileGlobs(typeof globs === 'string' ? [globs] : globs)
  return paths.filter((path) => matches(path, { left: PLENTY }))
}

const tree = [
  'README.md',
  'docs/guide.md',
  'docs/img/a.png',
  'services/api/main.py',
  'services/api/tests/test_main.py',
  'services/web/index.js',
  'src/.env',
]

describe('a glob', () => {
  it.each([
    ['*', ['README.md']],
    ['*.md', ['README.md']],
    ['**/*.md', ['README.md', 'docs/guide.md']],
    ['**', tree],
    ['docs/*', ['docs/guide.md']],
    ['docs/**', ['docs/guide.md', 'docs/img/a.png']],
    ['services/*/main.py', ['services/api/main.py']],
    ['services/**/*.py', ['services/api/main.py', 'services/api/tests/test_main.py']],
    ['**/tests/**', ['services/api/tests/test_main.py']],
    ['services/**/main.py', ['services/api/main.py']],
    ['services/api/**/main.py', ['services/api/main.py']],
    ['**.png', ['docs/img/a.png']],
    ['src/*', ['src/.env']],
    ['README.m?', ['README.md']],
    ['docs?guide.md', []],
    ['README.[a-m]d', ['README.md']],
    ['README.[!a-m]d', []],
    ['README.[^x]d', ['README.md']],
    ['docs[/]guide.md', []],
    ['docs[!x]guide.md', []],
    ['services/{api,web}/*', ['services/api/main.py', 'services/web/index.js']],
    ['{docs,services/{web,none}}', ['docs/guide.md', 'docs/img/a.png', 'services/web/index.js']],
    ['{**/,}*.png', ['docs/img/a.png']],
    ['README{,.md}', ['README.md']],
    ['readme.md', []],
  ])('%s', (glob, expected) => {
    expect(matched(glob, tree)).toEqual(expected)
  })

  it('that ends in a plain name is a file, or a folder with all that is in it, and no name that only begins so', () => {
    expect(matched('docs', ['docs', 'docs/a/b', 'docs2/a', 'a/docs'])).toEqual(['docs', 'docs/a/b'])
    expect(matched('docs/', ['docs', 'docs/a/b'])).toEqual(['docs/a/b'])
    expect(matched('**/tests', ['a/tests/b', 'tests', 'a/latests'])).toEqual(['a/tests/b', 'tests'])
  })

  it.each(['/docs', './docs', 'docs//', './/docs/./'])('begins at the root however it is written: %s', (glob) => {
    expect(matched(glob, ['docs/a', 'a/docs/b'])).toEqual(['docs/a'])
  })

  it.each(['.', './', '/'])('that is the root itself is everything: %s', (glob) => {
    expect(matched(glob, tree)).toEqual(tree)
  })

  it('takes special characters from brackets, and whole characters of any alphabet', () => {
    expect(matched('pages/[[]id].js', ['pages/[id].js', 'pages/i.js'])).toEqual(['pages/[id].js'])
    expect(matched('a[*]', ['a*', 'ab'])).toEqual(['a*'])
    expect(matched('?/[😀-😎]/[]a-]', ['😎/😃/]', 'é/😃/-', 'x/y/a'])).toEqual(['😎/😃/]', 'é/😃/-'])
  })

  it('takes the rest of a regular expression as it stands', () => {
    expect(matched('a+(b|c).$^', ['a+(b|c).$^', 'aab', 'aab.'])).toEqual(['a+(b|c).$^'])
  })
})

describe('a list of globs', () => {
  it('is decided by the last one that matches', () => {
    const paths = ['docs/a.md', 'docs/api/b.md', 'docs/api/old/c.md']
    expect(matched(['docs', '!docs/api', 'docs/api/old'], paths)).toEqual(['docs/a.md', 'docs/api/old/c.md'])
    expect(matched(['!docs/api', 'docs'], paths)).toEqual(paths)
  })

  it('of none matches nothing', () => {
    expect(matched([], tree)).toEqual([])
  })
})

describe('what is no glob', () => {
  it.each([
    ['a[b', 'has a "[" without its "]"'],
    ['a[]', 'has a "[" without its "]"'],
    ['[z-a]', 'has z-a the wrong way round'],
    ['{a,b', 'has a "{" without its "}"'],
    ['{a,{b}', 'has a "{" without its "}"'],
    ['a}', 'has a "}" without its "{"'],
    ['docs\\api', expect.stringMatching(/has a backslash; part folders with "\/"/)],
    ['../x', expect.stringMatching(/has "\.\." in it/)],
    ['a/../b', expect.stringMatching(/has "\.\." in it/)],
    ['a\tb', 'holds a control character'],
    ['!', 'has nothing after the "!"'],
    ['a'.repeat(256), 'is longer than 255 characters'],
  ])('is said so: %s', (glob, fault) => {
    expect(faultOfGlob(glob)).toEqual(fault)
  })

  it.each(['a', '!a', 'é'.repeat(255), `${'{'.repeat(127)}a${'}'.repeat(127)}`, '*'.repeat(255), 'a..b'])(
    'is not a long or nested one: %s',
    (glob) => {
      expect(faultOfGlob(glob)).toBeUndefined()
    },
  )
})

describe('globs of strangers', () => {
  /** Steps that one glob takes for one path. */
  function steps(glob: string, path: string): number {
    const budget = { left: PLENTY }
    compileGlobs([glob])(path, budget)
    return PLENTY - budget.left
  }

  it.each(['**/*', '*a*', '{*,**}', '{a,aa}', '**a', '[a-b]*'])(
    'take time that grows with their length and the path’s, and no faster: %s repeated',
    (part) => {
      const one = steps(`${part.repeat(20)}x`, 'a'.repeat(200))
      expect(steps(`${part.repeat(40)}x`, 'a'.repeat(400))).toBeLessThan(5 * one)
      expect(one).toBeLessThan(20 * part.length * 200 * 4)
    },
  )

  it('end at the first character that none of them has', () => {
    expect(steps('services/**/*.py', `docs/${'a/'.repeat(1000)}`)).toBeLessThan(20)
  })

  it('stop when their budget is spent', () => {
    const budget = { left: 100 }
    expect(compileGlobs([`${'*a'.repeat(100)}x`])('a'.repeat(4000), budget)).toBe(false)
    expect(budget.left).toBeLessThan(0)
    expect(budget.left).toBeGreaterThan(-2000)
  })
})

describe('globs and a plain reading of them as regular expressions', () => {
  /** Right for short texts without brackets; slow for long ones, which is why it is not the code. */
  function plain(glob: string): RegExp {
    const source = glob
      .replaceAll(/[.+^$()|[\]\\]/g, String.raw`\$&`)
      .replaceAll(/(?<=^|\/)\*\*+\/|\*\*+|\*|\?|[{},]/g, (found) => {
        if (found === '{') return '(?:'
        if (found === '}') return ')'
        if (found === ',') return '|'
        if (found === '*') return '[^/]*'
        if (found === '?') return '[^/]'
        return found.endsWith('/') ? '(?:.*/)?' : '.*'
      })
    return new RegExp(`^${source}${/[*?][^/]*$/.test(glob) ? '' : '(?:/.*)?'}$`)
  }

  it('agree', () => {
    const random = generator(5)
    const pick = (from: readonly string[]) => from[random(from.length)] ?? ''
    const word = (from: readonly string[], most: number) =>
      Array.from({ length: 1 + random(most) }, () => pick(from)).join('')
    for (let round = 0; round < 3000; round += 1) {
      const parts = ['a', 'b', '/', '*', '**', '?', '{a,b}', '{a*,b/?}', '/**/', 'ab']
      const glob = `a${word(parts, 5)}`.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '')
      const path = `a${word(['a', 'b', '/a', '/b'], 5)}`
      expect({ glob, path, matches: matched(glob, [path]).length > 0 }).toEqual({
        glob,
        path,
        matches: plain(glob).test(path),
      })
    }
  })
})
