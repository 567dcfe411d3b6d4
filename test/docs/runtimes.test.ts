import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runtimes } from '../../runtimes/catalogue.ts'

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'micro-yml.md'), 'utf8')

it('the table of runtimes in the guide is the catalogue', () => {
  const rows = [...text.matchAll(/`((?:nodejs|python)[\d.]+)` \| (\d{4}-\d\d-\d\d)/g)].map(([, id, date]) => [id, date])
  expect(rows.toSorted()).toEqual(runtimes.map(({ id, endOfLife }) => [id, endOfLife]).toSorted())
})
