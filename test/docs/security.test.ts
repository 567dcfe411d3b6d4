import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const text = readFileSync(join(root, 'docs', 'security.md'), 'utf8')

it('names no test that is not there', () => {
  const named = [
    ...text.matchAll(/`((?:engine|runner|journey|src|contract|forge|runtimes|cli|setup)\/[a-z/.-]+)`/g),
  ].map(([, name]) => name)
  expect(named.length).toBeGreaterThan(30)
  const missing = named.filter(
    (name) => !existsSync(join(root, 'test', `${name}.test.ts`)) && !existsSync(join(root, `${name}`)),
  )
  expect(missing).toEqual([])
})

it('names each hostile micro of the suite, and no other', () => {
  const named = [...text.matchAll(/`micros\/([a-z-]+)`/g)].map(([, name]) => name)
  expect(named.toSorted()).toEqual(readdirSync(join(root, 'test', 'engine', 'hostile', 'micros')).toSorted())
})
