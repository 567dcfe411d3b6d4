import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const rows = readFileSync(join(root, 'docs', 'pains.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))

it('says of each of the twenty-five why it cannot happen here', () => {
  expect(rows.map((row) => Number(row.split('|')[1]))).toEqual(Array.from({ length: 25 }, (_, index) => index + 1))
})

it('names a test for each, and none that is not there', () => {
  for (const row of rows) {
    const named = [...(row.split('|')[4] ?? '').matchAll(/`([a-z/.-]+)`/g)].map(([, name]) => name ?? '')
    expect(named.length, row).toBeGreaterThan(0)
    expect(named.filter((name) => !existsSync(join(root, 'test', `${name}.test.ts`)))).toEqual([])
  }
})
