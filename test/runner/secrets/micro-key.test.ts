import { expect, it } from 'vitest'
import { masterKey } from '../../../contract/secrets/master-key.ts'
import { microKeyOf } from '../../../runner/secrets/micro-key.ts'

const master = masterKey(Buffer.alloc(32, 1))
const of = { repositoryId: 7, micro: 'shop', holder: 'production' } as const

it('a micro’s key is <id>_<secret>, and the same each time', () => {
  expect(microKeyOf(master, of)).toMatch(/^[0-9a-z]{12}_[0-9A-Za-z]{32}$/)
  expect(microKeyOf(master, of)).toBe(microKeyOf(masterKey(Buffer.alloc(32, 1)), of))
})

it('another micro, repository, scope or installation has another key, in both its parts', () => {
  const keys = [
    microKeyOf(master, of),
    microKeyOf(master, { ...of, micro: 'web' }),
    microKeyOf(master, { ...of, repositoryId: 77 }),
    microKeyOf(master, { ...of, holder: 'preview' }),
    microKeyOf(masterKey(Buffer.alloc(32, 2)), of),
  ]
  expect(new Set(keys.map((key) => key.split('_')[0])).size).toBe(5)
  expect(new Set(keys.map((key) => key.split('_')[1])).size).toBe(5)
})
