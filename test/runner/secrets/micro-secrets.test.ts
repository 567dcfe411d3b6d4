import { expect, it } from 'vitest'
import { putSecrets } from '../../../cli/secrets/put-secrets.ts'
import { parseTarget } from '../../../cli/target.ts'
import { production, type Target } from '../../../contract/deployment.ts'
import { defaultLimits } from '../../../contract/limits.ts'
import { masterKey } from '../../../contract/secrets/master-key.ts'
import type { Scope } from '../../../contract/secrets/scope.ts'
import { noteRepository, repositoryKey } from '../../../contract/store/repository/repositories.ts'
import { readMicroSecrets } from '../../../runner/secrets/micro-secrets.ts'
import { hiddenVariables, requireSecrets } from '../../../runner/secrets/require-secrets.ts'
import { openTestStore } from '../../support/store.ts'

const key = masterKey(Buffer.alloc(32, 1))
const store = await openTestStore()

/** @param target `owner/repository`, with a micro's name behind it or without. */
const put = (target: string, values: Record<string, string>, scope: Scope = 'production') =>
  putSecrets(
    { store, key },
    { target: parseTarget(target), scope, values: new Map(Object.entries(values)), replace: 'none' },
  )
const push = (repositoryId: number, sequence: number) =>
  noteRepository(store, { repositoryId, owner: 'ada', repository: 'shop', sequence })
const deployment = (
  over: {
    repositoryId?: number
    micro?: string
    secrets?: string[]
    env?: Record<string, string>
    target?: Target
  } = {},
) => ({
  target: over.target ?? production,
  repositoryId: over.repositoryId ?? 7,
  owner: 'Ada',
  repository: 'shop',
  config: {
    name: over.micro ?? 'web',
    src: '.',
    env: over.env ?? {},
    secrets: over.secrets ?? [],
    limits: defaultLimits,
  },
})
const read = async (over = {}) => (await readMicroSecrets({ store, masterKey: key }, deployment(over))).values
const preview: Target = { kind: 'preview', pull: 3, fork: false, secrets: 'preview' }
const keyOfRecords = (id: number) => store.keys.secrets(repositoryKey({ id, name: '' }))

it('a micro gets its own and those of its repository, its own first; previews have theirs', async () => {
  await push(7, 1)
  await put('ada/shop', { SHARED: 'wide', BOTH: 'wide' })
  await put('ada/shop/web', { BOTH: 'own' })
  await put('ada/shop/api', { ONLY_API: 'x' })
  await put('ada/shop', { SHARED: 'preview' }, 'preview')
  expect(await read()).toEqual({ SHARED: 'wide', BOTH: 'own' })
  expect(await read({ target: preview })).toEqual({ SHARED: 'preview' })
})

it('what was set for a name before the first push reaches that repository, and is bound to its number', async () => {
  await put('ADA/shop', { TOKEN: 'early bird' })
  await push(7, 1)
  expect(await read()).toEqual({ TOKEN: 'early bird' })
  const [record] = await store.redis.hvals(keyOfRecords(7))
  expect(JSON.parse(record ?? '')).toMatchObject({ repository: 'id:7' })
  expect(await read()).toEqual({ TOKEN: 'early bird' })
})

it('a stranger who gets the name later finds nothing', async () => {
  await put('ada/shop', { TOKEN: 'early bird' })
  await push(7, 1)
  await push(666, 2)
  expect(await read({ repositoryId: 666 })).toEqual({})
  expect(await read()).toEqual({ TOKEN: 'early bird' })
})

it('a record that was moved to another repository, micro or name is refused', async () => {
  await push(7, 1)
  await put('ada/shop/web', { TOKEN: 'hunter2' })
  const [record = ''] = await store.redis.hvals(keyOfRecords(7))
  await store.redis.hset(keyOfRecords(666), 'web/production/TOKEN', record)
  await expect(read({ repositoryId: 666 })).rejects.toMatchObject({ code: 'secret-unreadable' })
  await store.redis.hset(keyOfRecords(7), 'api/production/TOKEN', record)
  await expect(read({ micro: 'api' })).rejects.toMatchObject({ code: 'secret-unreadable' })
  await store.redis.hset(keyOfRecords(7), 'web/production/OTHER', record)
  await expect(read()).rejects.toThrow(/The secret OTHER cannot be decrypted/)
})

it('one that waited for another name is refused too', async () => {
  await put('eve/trap', { TOKEN: 'hunter2' })
  const waiting = store.keys.secrets(repositoryKey({ id: undefined, name: 'eve/trap' }))
  await store.redis.rename(waiting, keyOfRecords(7))
  await expect(read()).rejects.toMatchObject({ code: 'secret-unreadable' })
})

it('a record that is no record is an error that names the secret and not what is in it', async () => {
  await store.redis.hset(keyOfRecords(7), 'web/production/TOKEN', 'hunter2')
  await expect(read()).rejects.toMatchObject({ code: 'secret-unreadable' })
  await expect(read()).rejects.toThrow(/^(?!.*hunter2).*TOKEN/)
})

it('those that the config asks for and nobody has set are named, all of them', () => {
  const asks = deployment({ secrets: ['A', 'B', 'C'] })
  expect(() => requireSecrets(asks, { values: { A: '1', B: '2', C: '3' } })).not.toThrow()
  expect(() => requireSecrets(asks, { values: { B: '2' } })).toThrow(
    /These secrets are not set: A, C\. Set it: micropush secrets set Ada\/shop\/web A; then: micropush restart/,
  )
  expect(() => requireSecrets(deployment({ secrets: ['toString'] }), { values: {} })).toThrow(/toString/)
  const preview = { kind: 'preview', pull: 5, fork: true } as const
  const held = deployment({ secrets: ['A'], target: { ...preview, secrets: 'preview' } })
  expect(() => requireSecrets(held, { values: {} })).toThrow(
    /secrets set Ada\/shop\/web A --preview; then comment \/deploy/,
  )
  const without = deployment({ secrets: ['A'], target: { ...preview, secrets: 'none' } })
  expect(() => requireSecrets(without, { values: {} })).not.toThrow()
})

it('a variable of the config that a secret hides is worth a warning', () => {
  expect(hiddenVariables(deployment({ env: { A: 'x', B: 'y' } }), { values: { B: 'z' } })).toEqual([
    'env.B is not used: a secret of the same name is set.',
  ])
})
