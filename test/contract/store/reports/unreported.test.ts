import { describe, expect, it } from 'vitest'
import { newDeploymentId, type DeploymentBase } from '../../../../contract/deployment.ts'
import {
  createDeployment,
  getDeployment,
  requeueDeployment,
  skipDeployment,
  transitionDeployment,
} from '../../../../contract/store/deployments.ts'
import { endTarget, publishDeployment, retireDeployments } from '../../../../contract/store/micros.ts'
import { markReported, unreportedDeployments } from '../../../../contract/store/reports/unreported.ts'
import { microKey, targetKey } from '../../../../contract/target-key.ts'
import { newestBase } from '../../../support/deployment.ts'
import { openTestStore } from '../../../support/store.ts'

const store = await openTestStore()
const always = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }
const unreported = () => unreportedDeployments(store, always)

async function create(): Promise<DeploymentBase> {
  const base = await newestBase(store)
  await createDeployment(store, base)
  return base
}

async function read(id: string) {
  const found = await getDeployment(store, id)
  if (found === undefined) throw new Error('no record')
  return found
}

const report = async (id: string) => markReported(store, await read(id))

async function goLive(id: string): Promise<void> {
  await transitionDeployment(store, { id, from: ['queued'], to: 'starting' })
  await publishDeployment(store, { deployment: await read(id), hosts: [`${id}.localhost`], outcome: {} })
}

describe('a deployment is among the unreported', () => {
  it('from its beginning until its report is in the queue, and again with each new state', async () => {
    const { id } = await create()
    expect(await unreported()).toEqual([id])
    await report(id)
    expect(await unreported()).toEqual([])
    await transitionDeployment(store, { id, from: ['queued'], to: 'fetching' })
    expect(await unreported()).toEqual([id])
  })

  it('when it goes live, and when it is ended', async () => {
    const base = await create()
    await goLive(base.id)
    expect(await unreported()).toEqual([base.id])
    await report(base.id)
    await endTarget(store, { targetKey: targetKey(base), sequence: base.sequence + 1 })
    expect(await unreported()).toEqual([base.id])
  })

  it('when it fails, and when it waits to be built once more', async () => {
    const { id } = await create()
    await transitionDeployment(store, { id, from: ['queued'], to: 'failed' })
    await report(id)
    await requeueDeployment(store, await read(id))
    expect(await unreported()).toEqual([id])
  })

  it('when a newer one takes its place, and that one too', async () => {
    const first = await create()
    await report(first.id)
    const second = await create()
    expect((await unreported()).toSorted()).toEqual([first.id, second.id].toSorted())
  })

  it('when it is not to be made', async () => {
    const base = await newestBase(store)
    await skipDeployment(store, base, 'nothing of it was changed')
    expect(await unreported()).toEqual([base.id])
  })

  it('when it is let go of for its age', async () => {
    const all: string[] = []
    for (let count = 0; count < 7; count++) {
      const { id } = await create()
      await goLive(id)
      await report(id)
      all.push(id)
    }
    const retired = await retireDeployments(store, microKey({ repositoryId: 7, micro: 'hello' }))
    expect(retired.length).toBeGreaterThan(0)
    expect((await unreported()).toSorted()).toEqual(retired.toSorted())
  })

  it('although a report of its former state came in late', async () => {
    const { id } = await create()
    const before = await read(id)
    await transitionDeployment(store, { id, from: ['queued'], to: 'fetching' })
    await markReported(store, before)
    expect(await unreported()).toEqual([id])
  })
})

describe('the search for the unreported', () => {
  it('leaves out what is on its way, and forgets what nobody asks for any more', async () => {
    const { id } = await create()
    const { stateSinceMs } = await read(id)
    expect(await unreportedDeployments(store, { fromMs: 0, toMs: stateSinceMs - 1 })).toEqual([])
    expect(await unreportedDeployments(store, { fromMs: stateSinceMs, toMs: stateSinceMs })).toEqual([id])
    expect(await unreportedDeployments(store, { fromMs: stateSinceMs + 1, toMs: stateSinceMs + 2 })).toEqual([])
    expect(await unreported()).toEqual([])
  })

  it('forgets what there is no record of', async () => {
    await store.redis.zadd(store.keys.unreported, 1, newDeploymentId())
    expect(await unreported()).toEqual([])
    expect(await store.redis.exists(store.keys.unreported)).toBe(0)
  })

  it('reads nothing of those that were reported, however many there are', async () => {
    for (let count = 0; count < 20; count++) await report((await create()).id)
    const before = await commands()
    await unreported()
    // The supersession of each by the next is news: they were reported as they stood then.
    await Promise.all((await unreported()).map(report))
    const calm = await commands()
    expect(await unreported()).toEqual([])
    expect((await commands()) - calm).toBeLessThan(6)
    expect(calm).toBeGreaterThan(before)
  })
})

/** How many commands Redis has done so far. */
async function commands(): Promise<number> {
  const info = await store.redis.info('stats')
  return Number(/total_commands_processed:(\d+)/.exec(info)?.[1])
}
