import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../contract/config/parse-config.ts'

function parse(text: string) {
  return parseConfig(`v: 1\n${text}`, { file: 'micro.yml', repository: 'demo' })
}

function micros(text: string) {
  const result = parse(text)
  if (!result.ok) throw new Error(JSON.stringify(result.errors))
  return result.micros.map(({ paths, ignore }) => ({ paths, ignore }))
}

function faults(text: string): string[] {
  const result = parse(text)
  return result.ok ? [] : result.errors.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

describe('paths and ignore', () => {
  it('are each micro’s own', () => {
    expect(micros('micros:\n  - src: a\n    paths: [a, "lib/**"]\n  - src: b\n    ignore: ["**/*.md"]')).toEqual([
      { paths: ['a', 'lib/**'], ignore: undefined },
      { paths: undefined, ignore: ['**/*.md'] },
    ])
  })

  it('are no filter when they are absent, or all of their lines are commented out', () => {
    expect(micros('paths:\n  # - api\nignore:')).toEqual([{ paths: undefined, ignore: undefined }])
    const plain = parse('name: x')
    expect(plain.ok && plain.micros[0]).not.toHaveProperty('paths')
  })

  it.each([
    ['paths: api', '2:1 paths: must be a list of globs, not text; write "- docs/**", one a line'],
    ['ignore: {}', '2:1 ignore: must be a list of globs, not a group of keys; write "- docs/**", one a line'],
    ['paths: []', '2:1 paths: the list is empty; add a glob or remove the key'],
    [`ignore: [${'a,'.repeat(65)}]`, '2:1 ignore: 65 globs are listed, 64 are the most'],
    ['paths: [5]', '2:9 paths: must be text; put it in quotes: "5"'],
    ['paths:\n  - [a-z].md', expect.stringMatching(/^3:\d+ not valid YAML/)],
    ['paths:\n  - [a-z]', '3:5 paths: must be globs, not a list; put one with "[" or "{" first in quotes'],
    ['paths:\n  - {a,b}', '3:5 paths: must be globs, not a group of keys; put one with "[" or "{" first in quotes'],
    ['paths: ["a[b"]', '2:9 paths: "a[b" has a "[" without its "]"'],
    ['paths: ["{a,b"]', '2:9 paths: "{a,b" has a "{" without its "}"'],
    ['paths: ["docs\\\\a"]', expect.stringMatching(/^2:9 paths: "docs\\a" has a backslash; part folders with "\/"/)],
    ['ignore: ["../b"]', '2:10 ignore: "../b" has ".." in it; write it from the repository\'s root'],
    [`ignore: [${'a'.repeat(256)}]`, expect.stringMatching(/is longer than 255 characters$/)],
    [
      'paths: ["!docs"]',
      '2:1 paths: every glob begins with "!", which only takes back what was named; name what counts before it, or use "ignore"',
    ],
    [
      'ignore: ["!docs"]',
      '2:1 ignore: every glob begins with "!", which only takes back what was named; name what to ignore before it',
    ],
    [
      'ignore:\n  - docs\n  - !docs/api',
      '4:14 the tag "!docs/api" is not supported; remove it, or put a text that begins with "!" in quotes',
    ],
    ['ignore:\n  - *.md', expect.stringMatching(/a value that begins with "\*" needs quotes$/)],
    ['paths-ignore: [docs]', '2:1 unknown key "paths-ignore" – did you mean "ignore"?'],
    ['exclude: [docs]', '2:1 unknown key "exclude" – did you mean "ignore"?'],
    ['path: api', '2:1 unknown key "path" – did you mean "src"?'],
    [
      'micros:\n  - src: a\npaths: [a]',
      '4:1 "paths" cannot stand beside "micros"; move it into each micro of the list',
    ],
  ])('that are wrong are told in words: %s', (text, words) => {
    expect(faults(text)).toEqual([words])
  })
})
