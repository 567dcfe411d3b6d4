import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const lines = readFileSync(join(root, 'docs', 'pains.md'), 'utf8').split('\n')
const rows = lines.filter((line) => /^\| \d+ \|/.test(line))
const rules = lines.slice(lines.indexOf('| GitHub | here | shown by |') + 2).filter((line) => line.startsWith('| '))

it('says of each of the twenty-five why it cannot happen here', () => {
  expect(rows.map((row) => Number(row.split('|')[1]))).toEqual(Array.from({ length: 25 }, (_, index) => index + 1))
})

it('names a test for each, and none that is not there', () => {
  expect(rules.length).toBeGreaterThan(15)
  for (const row of [...rows, ...rules]) {
    const named = [...(row.split('|').at(-2) ?? '').matchAll(/`([a-z/.-]+)`/g)].map(([, name]) => name ?? '')
    expect(named.length, row).toBeGreaterThan(0)
    expect(named.filter((name) => !existsSync(join(root, 'test', `${name}.test.ts`)))).toEqual([])
  }
})
