import { afterEach, beforeEach, expect, it } from 'vitest'
import { endTarget } from '../../../contract/store/micros.ts'
import { readServed } from '../../../runner/lifecycle/restore.ts'
import { hostsOf } from '../../../runner/lifecycle/routes.ts'
import { goLive } from '../support/go-live.ts'
import { startTestRunner, type TestRunner } from '../support/runner.ts'

let parts: TestRunner
beforeEach(async () => {
  parts = await startTestRunner()
})
afterEach(() => parts[Symbol.asyncDispose]())

const read = () => readServed(parts.runner.store, parts.runner.settings)

it('nothing is served at first', async () => {
  expect(await read()).toMatchObject({ routes: [], deployments: new Map(), inProduction: new Set() })
})

it('a restarted engine serves what the former one served, and knows what is in production', async () => {
  const { deployment: former } = await goLive(parts)
  const { deployment: live } = await goLive(parts)
  const { deployment: other } = await goLive(parts, { repositoryId: 8, owner: 'bob' })
  await parts.starting({ repositoryId: 9, owner: 'eve' })
  const served = await read()
  const byHost = (a: { host: string }, b: { host: string }) => a.host.localeCompare(b.host)
  expect(served.routes.toSorted(byHost)).toEqual([...parts.runner.routed.values()].toSorted(byHost))
  expect([...served.deployments.keys()].toSorted()).toEqual([former.id, live.id, other.id].toSorted())
  expect(served.inProduction).toEqual(new Set([live.id, other.id]))
})

it('a micro that was ended while the engine was away is not served', async () => {
  const { deployment: live } = await goLive(parts)
  await endTarget(parts.runner.store, { targetKey: '7/hello', sequence: 99 })
  expect((await read()).routes).toEqual([])
  // Hosts that were left behind by whatever accident lead nowhere.
  await parts.runner.store.redis.hset(parts.runner.store.keys.hosts, hostsOf(live, parts.runner.settings)[0], live.id)
  expect(await read()).toMatchObject({ routes: [], deployments: new Map() })
})
