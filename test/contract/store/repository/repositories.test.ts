import { expect, it } from 'vitest'
import { defaultLimits } from '../../../../contract/limits.ts'
import {
  changeGrants,
  grantedAllowance,
  grantedLimits,
  readGrants,
} from '../../../../contract/store/repository/grants.ts'
import { findRepository, noteRepository } from '../../../../contract/store/repository/repositories.ts'
import { openTestStore } from '../../../support/store.ts'

const store = await openTestStore()

const push = (repositoryId: number, fullName: string, sequence: number) => {
  const [owner = '', repository = ''] = fullName.split('/')
  return noteRepository(store, { repositoryId, owner, repository, sequence })
}
const idOf = async (name: string) => (await findRepository(store, name)).id
const limitsOf = (repositoryId: number, fullName: string) => {
  const [owner = '', repository = ''] = fullName.split('/')
  return grantedLimits(store, { repositoryId, owner, repository })
}
const grant = async (name: string, timeoutMs: number | undefined) =>
  changeGrants(store, await findRepository(store, name), new Map([['timeoutMs', timeoutMs]]))

it('a repository is known by its name once it was pushed to, however the name is written', async () => {
  expect(await idOf('ada/shop')).toBeUndefined()
  await push(7, 'Ada/Shop', 1)
  expect(await idOf('ada/shop')).toBe(7)
  expect(await idOf('ADA/SHOP')).toBe(7)
})

it('one that was renamed keeps what it was granted, and its former name leads nowhere', async () => {
  await push(7, 'ada/shop', 1)
  await grant('ada/shop', 30_000)
  await push(7, 'ada/store', 2)
  expect(await idOf('ada/shop')).toBeUndefined()
  expect(await idOf('ada/store')).toBe(7)
  expect((await limitsOf(7, 'ada/store')).timeoutMs).toBe(30_000)
})

it('a stranger who gets the name of another one gets nothing that was granted to it', async () => {
  await grant('ada/shop', 30_000)
  await push(7, 'ada/shop', 1)
  await push(666, 'ada/shop', 2)
  expect(await idOf('ada/shop')).toBe(666)
  expect(await limitsOf(666, 'ada/shop')).toEqual(defaultLimits)
  expect((await limitsOf(7, 'ada/shop')).timeoutMs).toBe(30_000)
})

it('a push that comes late does not take a name back', async () => {
  await push(7, 'ada/shop', 1)
  await push(7, 'ada/store', 5)
  await push(8, 'ada/shop', 6)
  await push(7, 'ada/shop', 2)
  expect(await idOf('ada/shop')).toBe(8)
  expect(await idOf('ada/store')).toBe(7)
  await push(9, 'ada/shop', 3)
  expect(await idOf('ada/shop')).toBe(8)
})

it('what is set for a name waits for the first push of it, in any case of letters', async () => {
  expect(await grant('ADA/Shop', 30_000)).toBe(true)
  await push(7, 'ada/shop', 1)
  expect((await limitsOf(7, 'ada/shop')).timeoutMs).toBe(30_000)
  expect(await readGrants(store, { id: undefined, name: 'ada/shop' })).toEqual({})
})

it('a change that was meant for the name is refused when a push has told the number meanwhile', async () => {
  const seen = await findRepository(store, 'ada/shop')
  await push(7, 'ada/shop', 1)
  expect(await changeGrants(store, seen, new Map([['timeoutMs', 30_000]]))).toBe(false)
  expect(await limitsOf(7, 'ada/shop')).toEqual(defaultLimits)
})

it('a grant that is taken back leaves the usual limit', async () => {
  await push(7, 'ada/shop', 1)
  await grant('ada/shop', 30_000)
  await grant('ada/shop', undefined)
  expect(await limitsOf(7, 'ada/shop')).toEqual(defaultLimits)
})

it('what was granted besides limits wins over what everybody may ask for, each by itself', async () => {
  const usual = { idleMs: 1000, sandboxes: 4 }
  const named = { repositoryId: 7, owner: 'ada', repository: 'shop' }
  await push(7, 'ada/shop', 1)
  expect(await grantedAllowance(store, named, usual)).toEqual(usual)
  const found = await findRepository(store, 'ada/shop')
  await changeGrants(store, found, new Map([['idleMs', Infinity]]))
  expect(await grantedAllowance(store, named, usual)).toEqual({ idleMs: Infinity, sandboxes: 4 })
  await changeGrants(store, found, new Map([['sandboxes', 2]]))
  await changeGrants(store, found, new Map([['idleMs', undefined]]))
  expect(await grantedAllowance(store, named, usual)).toEqual({ idleMs: 1000, sandboxes: 2 })
  expect(await limitsOf(7, 'ada/shop')).toEqual(defaultLimits)
})
