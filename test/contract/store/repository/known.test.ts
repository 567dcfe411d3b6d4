import { expect, it } from 'vitest'
import { noteDecision, noteDelivery, readDeliveries } from '../../../../contract/store/repository/deliveries.ts'
import { noteHead, readHeads } from '../../../../contract/store/repository/heads.ts'
import { forgetRepository, knownRepositories, readRepository } from '../../../../contract/store/repository/known.ts'
import { findRepository, noteRepository } from '../../../../contract/store/repository/repositories.ts'
import { openTestStore } from '../../../support/store.ts'

const store = await openTestStore()

const note = (repositoryId: number, repository: string, sequence: number) =>
  noteRepository(store, { repositoryId, owner: 'Ada', repository, installationId: 9, sequence })

it('what was told of a repository is known until it is forgotten, and nothing of it stays', async () => {
  await note(1, 'Shop', 1)
  await noteHead(store, { repositoryId: 1, ref: { branch: 'main' }, mark: 'x' })
  expect(await knownRepositories(store)).toEqual([
    { repositoryId: 1, owner: 'Ada', repository: 'Shop', installationId: 9 },
  ])
  expect(await forgetRepository(store, { repositoryId: 1, installationId: 9, sequence: 2 })).toBe(true)
  expect(await knownRepositories(store)).toEqual([])
  expect((await readHeads(store, 1)).branches.size).toBe(0)
  expect((await findRepository(store, 'ada/shop')).id).toBeUndefined()
})

it('is not forgotten for something older than what was told of it last', async () => {
  await note(2, 'Late', 10)
  expect(await forgetRepository(store, { repositoryId: 2, installationId: 9, sequence: 9 })).toBe(false)
  expect(await readRepository(store, 2)).toMatchObject({ repository: 'Late' })
})

it('does not take the name of a repository that has it by now', async () => {
  await note(3, 'name', 20)
  await note(4, 'name', 21)
  await forgetRepository(store, { repositoryId: 3, installationId: 9, sequence: 22 })
  expect((await findRepository(store, 'ada/name')).id).toBe(4)
})

it('of the events of a repository the last 50 are kept, each with the last word on it', async () => {
  const delivery = { fullName: 'Ada/Shop', event: 'push', about: 'main', decision: 'accepted' }
  for (let n = 0; n < 53; n++) await noteDelivery(store, { ...delivery, deliveryId: `d${n}`, atMs: n })
  await noteDelivery(store, { ...delivery, deliveryId: 'd52', atMs: 52 })
  await noteDecision(store, { fullName: 'ada/shop', deliveryId: 'd52', decision: 'deploys' })
  await noteDecision(store, { fullName: 'ada/shop', deliveryId: 'd0', decision: 'never' })
  const found = await readDeliveries(store, 'ADA/shop')
  expect(found).toHaveLength(50)
  expect(found[0]).toMatchObject({ deliveryId: 'd52', decision: 'deploys' })
  expect(found.at(-1)?.deliveryId).toBe('d3')
  const days = (await store.redis.ttl(store.keys.deliveries('ada/shop'))) / 86_400
  expect(days).toBeGreaterThan(7.9)
})
