import { expect, it } from 'vitest'
import { masterKey } from '../../../contract/secrets/master-key.ts'
import { seal, sealedSecret, unseal, type SecretPlace } from '../../../contract/secrets/seal.ts'

const key = masterKey(Buffer.alloc(32, 1))
const place: SecretPlace = { repository: 'id:7', scope: 'production', micro: 'shop', name: 'TOKEN' }
const sealed = seal(key, place, { text: 'hunter2 ✓', setAtMs: 5 })

it('what was encrypted comes back, byte for byte', () => {
  expect(unseal(key, place, sealedSecret.parse(JSON.parse(JSON.stringify(sealed))))).toBe('hunter2 ✓')
})

it('nothing of a value shows in its record, and the same value never looks the same', () => {
  expect(Buffer.from(sealed.sealed, 'base64').toString('latin1')).not.toContain('hunter2')
  const again = seal(key, place, { text: 'hunter2 ✓', setAtMs: 5 })
  expect(again.nonce).not.toBe(sealed.nonce)
  expect(again.sealed).not.toBe(sealed.sealed)
})

it.each([
  ['repository', { repository: 'id:8' }],
  ['scope', { scope: 'preview' }],
  ['micro', { micro: '*' }],
  ['name', { name: 'OTHER' }],
] as const)('a record is of no use under another %s', (_, other) => {
  expect(unseal(key, { ...place, ...other }, sealed)).toBeUndefined()
})

it('a record that was changed by a bit, cut, or given another date is refused', () => {
  const bytes = Buffer.from(sealed.sealed, 'base64')
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0)
  expect(unseal(key, place, { ...sealed, sealed: bytes.toString('base64') })).toBeUndefined()
  expect(unseal(key, place, { ...sealed, sealed: bytes.subarray(0, 10).toString('base64') })).toBeUndefined()
  expect(unseal(key, place, { ...sealed, nonce: '' })).toBeUndefined()
  expect(unseal(key, place, { ...sealed, setAtMs: 6 })).toBeUndefined()
})

it('another key does not open it, whatever its record says', () => {
  const other = masterKey(Buffer.alloc(32, 2))
  expect(unseal(other, place, sealed)).toBeUndefined()
  expect(unseal(other, place, { ...sealed, keyId: other.id })).toBeUndefined()
})
