import { describe, expect, it } from 'vitest'
import { newDeploymentId, type DeploymentBase } from '../../../contract/deployment.ts'
import { platformLimits } from '../../../contract/limits.ts'
import {
  createDeployment,
  getDeployment,
  nextSequence,
  overdueDeployments,
  pendingDeployments,
  requeueDeployment,
  transitionDeployment,
} from '../../../contract/store/deployments.ts'
import { releaseLease, takeLease } from '../../../contract/store/leases.ts'
import { appendLog, readLog } from '../../../contract/store/logs/deployment-logs.ts'
import {
  allHosts,
  endTarget,
  targetStanding,
  microsOfRepository,
  publishDeployment,
  retireDeployments,
} from '../../../contract/store/micros.ts'
import { microKey } from '../../../contract/target-key.ts'
import { newestBase } from '../../support/deployment.ts'
import { openTestStore } from '../../support/store.ts'

const store = await openTestStore()

const base = (over?: Partial<DeploymentBase>) => newestBase(store, over)

const key = microKey({ repositoryId: 7, micro: 'hello' })

async function goLive(one: DeploymentBase): Promise<unknown> {
  await transitionDeployment(store, { id: one.id, from: ['queued'], to: 'starting' })
  const deployment = await getDeployment(store, one.id)
  if (deployment === undefined) throw new Error('no record')
  const hosts = [`hello--${one.owner}.localhost`, `${one.sha.slice(-7)}--hello--${one.owner}.localhost`]
  return publishDeployment(store, { deployment, hosts, outcome: { url: 'http://hello--ada.localhost' } })
}

describe('creating a deployment', () => {
  it('notes it as queued with everything it was given', async () => {
    const one = await base()
    expect(await createDeployment(store, one)).toEqual({ kind: 'created', supersededId: undefined })
    expect(await getDeployment(store, one.id)).toMatchObject({ ...one, state: 'queued', outcome: {} })
    expect(await pendingDeployments(store)).toEqual([one.id])
    expect(await microsOfRepository(store, 7)).toEqual([key])
  })

  it('supersedes the one that waits and names the commit that did it', async () => {
    const [first, second] = [await base(), await base()]
    await createDeployment(store, first)
    expect(await createDeployment(store, second)).toEqual({ kind: 'created', supersededId: first.id })
    expect(await getDeployment(store, first.id)).toMatchObject({
      state: 'superseded',
      outcome: { supersededBy: second.sha },
    })
    expect(await pendingDeployments(store)).toEqual([second.id])
  })

  it('leaves one that is being built alone', async () => {
    const [first, second] = [await base(), await base()]
    await createDeployment(store, first)
    await transitionDeployment(store, { id: first.id, from: ['queued'], to: 'fetching' })
    expect(await createDeployment(store, second)).toEqual({ kind: 'created', supersededId: undefined })
  })

  it('does nothing the second time for the same push', async () => {
    const one = await base()
    await createDeployment(store, one)
    expect(await createDeployment(store, { ...one, id: newDeploymentId() })).toEqual({ kind: 'exists', id: one.id })
  })

  it('refuses a push that is older than the newest', async () => {
    const [first, second] = [await base(), await base()]
    await createDeployment(store, second)
    expect(await createDeployment(store, first)).toEqual({ kind: 'stale', newestId: second.id })
  })

  it('refuses a name that another repository of the owner serves', async () => {
    await createDeployment(store, await base())
    expect(await createDeployment(store, await base({ repositoryId: 8 }))).toEqual({
      kind: 'name-taken',
      targetKey: key,
    })
  })
})

describe('moving a deployment on', () => {
  it('tells who comes too late', async () => {
    const one = await base()
    await createDeployment(store, one)
    expect(await transitionDeployment(store, { id: one.id, from: ['fetching'], to: 'building' })).toBe(false)
    expect(
      await transitionDeployment(store, { id: one.id, from: ['queued'], to: 'fetching', outcome: { detail: 'x' } }),
    ).toBe(true)
    expect(await getDeployment(store, one.id)).toMatchObject({ state: 'fetching', outcome: { detail: 'x' } })
  })

  it('has a deadline in each pending state and none in a final one', async () => {
    const one = await base()
    await createDeployment(store, one)
    await transitionDeployment(store, { id: one.id, from: ['queued'], to: 'starting' })
    expect(await overdueDeployments(store, Date.now())).toEqual([])
    expect(await overdueDeployments(store, Date.now() + 3 * 60_000)).toEqual([one.id])
    // What is noted meanwhile gives it no more time.
    await transitionDeployment(store, { id: one.id, from: ['starting'], to: 'starting', withinMs: 10 * 60_000 })
    expect(await overdueDeployments(store, Date.now() + 3 * 60_000)).toEqual([one.id])
    await transitionDeployment(store, { id: one.id, from: ['starting'], to: 'failed' })
    expect(await overdueDeployments(store, Number.MAX_SAFE_INTEGER)).toEqual([])
  })
})

describe('publishing', () => {
  it('points the hosts to the new one and names the former', async () => {
    const [first, second] = [await base(), await base()]
    await createDeployment(store, first)
    expect(await goLive(first)).toEqual({ kind: 'live', formerId: undefined })
    await createDeployment(store, second)
    expect(await goLive(second)).toEqual({ kind: 'live', formerId: first.id })
    expect((await allHosts(store))['hello--ada.localhost']).toBe(second.id)
    expect((await targetStanding(store, key)).live).toMatchObject({ id: second.id, state: 'live' })
  })

  it('never puts an older deployment over a newer one', async () => {
    const [first, second] = [await base(), await base()]
    await createDeployment(store, first)
    await transitionDeployment(store, { id: first.id, from: ['queued'], to: 'fetching' })
    await createDeployment(store, second)
    await goLive(second)
    await transitionDeployment(store, { id: first.id, from: ['fetching'], to: 'queued' })
    expect(await goLive(first)).toEqual({ kind: 'stale', liveId: second.id })
  })

  it('never puts an older preview over a newer one', async () => {
    const target = { kind: 'preview', pull: 4, fork: false, secrets: 'preview' } as const
    const [first, second] = [await base({ target }), await base({ target })]
    await createDeployment(store, first)
    await transitionDeployment(store, { id: first.id, from: ['queued'], to: 'fetching' })
    await createDeployment(store, second)
    await goLive(second)
    await transitionDeployment(store, { id: first.id, from: ['fetching'], to: 'queued' })
    expect(await goLive(first)).toEqual({ kind: 'stale', liveId: second.id })
  })

  it('frees the name of a former owner, and the host that it had, once it is live under the next one', async () => {
    const [first, moved] = [await base(), await base({ owner: 'grace' })]
    const other = await base({ repositoryId: 8 })
    await createDeployment(store, first)
    await goLive(first)
    await createDeployment(store, moved)
    expect(await createDeployment(store, other)).toMatchObject({ kind: 'name-taken' })
    expect((await allHosts(store))['hello--ada.localhost']).toBe(first.id)
    await goLive(moved)
    const hosts = await allHosts(store)
    expect([hosts['hello--ada.localhost'], hosts['hello--grace.localhost']]).toEqual([undefined, moved.id])
    expect(await createDeployment(store, other)).toMatchObject({ kind: 'created' })
  })

  it('is lost when the micro ended in the meantime', async () => {
    const one = await base()
    await createDeployment(store, one)
    expect(await endTarget(store, { targetKey: key, sequence: await nextSequence(store) })).toEqual([one.id])
    expect(await goLive(one)).toEqual({ kind: 'lost' })
    expect(await getDeployment(store, one.id)).toMatchObject({ state: 'cancelled' })
  })
})

describe('ending and retiring', () => {
  it('frees hosts and name when a micro ends', async () => {
    const one = await base()
    await createDeployment(store, one)
    await goLive(one)
    await endTarget(store, { targetKey: key, sequence: await nextSequence(store) })
    expect(await allHosts(store)).toEqual({})
    expect(await getDeployment(store, one.id)).toMatchObject({ state: 'destroyed' })
    expect(await createDeployment(store, await base({ repositoryId: 8 }))).toMatchObject({ kind: 'created' })
  })

  it('keeps the newest live deployments and lets go of the rest', async () => {
    const all: DeploymentBase[] = []
    for (let index = 0; index < platformLimits.keptDeployments + 2; index++) {
      const one = await base()
      all.push(one)
      await createDeployment(store, one)
      await goLive(one)
    }
    const gone = await retireDeployments(store, key)
    expect(gone.toSorted()).toEqual([all[0]?.id, all[1]?.id].toSorted())
    expect(Object.values(await allHosts(store))).not.toContain(all[0]?.id)
  })
})

describe('leases and logs', () => {
  it('gives a micro to one deployment at a time', async () => {
    expect(await takeLease(store, { targetKey: key, owner: 'a', ttlMs: 5000 })).toBe(true)
    expect(await takeLease(store, { targetKey: key, owner: 'b', ttlMs: 5000 })).toBe(false)
    expect(await takeLease(store, { targetKey: key, owner: 'a', ttlMs: 5000 })).toBe(true)
    await releaseLease(store, { targetKey: key, owner: 'b' })
    expect(await takeLease(store, { targetKey: key, owner: 'b', ttlMs: 5000 })).toBe(false)
    await releaseLease(store, { targetKey: key, owner: 'a' })
    expect(await takeLease(store, { targetKey: key, owner: 'b', ttlMs: 5000 })).toBe(true)
  })

  it('keeps a log no longer than its limit', async () => {
    await appendLog(store, { id: 'd1', text: 'one\n' })
    await appendLog(store, { id: 'd1', text: 'x'.repeat(2 * platformLimits.logBytes) })
    const log = await readLog(store, 'd1')
    expect(log.startsWith('one\nxxx')).toBe(true)
    expect(log.length).toBe(platformLimits.logBytes)
  })
})

describe('a command that is sent again because its answer was lost', () => {
  it('moves a deployment once, and is answered as the first time', async () => {
    const one = await base()
    await createDeployment(store, one)
    const failing = { id: one.id, from: ['queued'], to: 'failed', outcome: { detail: 'first' } } as const
    expect(await transitionDeployment(store, failing)).toBe(true)
    expect(await transitionDeployment(store, { ...failing, outcome: { detail: 'again' } })).toBe(true)
    expect((await getDeployment(store, one.id))?.outcome.detail).toBe('first')
  })
})

describe('what is left of an ended micro', () => {
  const ttls = async (ids: readonly string[]) =>
    Promise.all(
      [store.keys.micro(key), store.keys.history(key), ...ids.map(store.keys.deployment)].map((name) =>
        store.redis.ttl(name),
      ),
    )

  it('goes by itself, unless the micro comes back', async () => {
    const first = await base()
    await createDeployment(store, first)
    await endTarget(store, { targetKey: key, sequence: await nextSequence(store) })
    for (const ttl of await ttls([first.id])) expect(ttl).toBeGreaterThan(29 * 24 * 3600)
    const second = await base()
    await createDeployment(store, second)
    expect((await ttls([second.id])).map((ttl) => ttl < 0)).toEqual([true, true, true])
  })
})

describe('a deployment that failed and is queued again', () => {
  const failed = async (one: DeploymentBase) => {
    await createDeployment(store, one)
    const error = { code: 'secret-missing', message: 'It is missing.' } as const
    await transitionDeployment(store, { id: one.id, from: ['queued'], to: 'failed', outcome: { error } })
    const deployment = await getDeployment(store, one.id)
    if (deployment === undefined) throw new Error('no record')
    return deployment
  }

  it('waits like a new one, without the words of its failure, and can go live', async () => {
    const one = await base()
    expect(await requeueDeployment(store, await failed(one))).toBe(true)
    expect(await getDeployment(store, one.id)).toMatchObject({ state: 'queued', outcome: {} })
    expect(await pendingDeployments(store)).toEqual([one.id])
    expect(await goLive(one)).toMatchObject({ kind: 'live' })
  })

  it('is left alone when a newer one has come, or its micro was ended', async () => {
    const old = await failed(await base())
    await createDeployment(store, await base())
    expect(await requeueDeployment(store, old)).toBe(false)
    await store.redis.flushdb()
    const ended = await failed(await base())
    await endTarget(store, { targetKey: key, sequence: await nextSequence(store) })
    expect(await requeueDeployment(store, ended)).toBe(false)
  })
})
