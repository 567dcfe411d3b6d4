import { describe, expect, it } from 'vitest'
import { newDeploymentId, type Deployment, type DeploymentBase } from '../../../contract/deployment.ts'
import { masterKey } from '../../../contract/secrets/master-key.ts'
import { seal } from '../../../contract/secrets/seal.ts'
import {
  createDeployment,
  getDeployment,
  nextSequence,
  pendingDeployments,
  requeueDeployment,
  transitionDeployment,
} from '../../../contract/store/deployments.ts'
import {
  allHosts,
  endTarget,
  targetStanding,
  publishDeployment,
  retireDeployments,
} from '../../../contract/store/micros.ts'
import { endPause, isPinned, pointDeployment, readPause, renewKeptSecrets } from '../../../contract/store/pauses.ts'
import { keptSecrets } from '../../../contract/store/repository/kept-secrets.ts'
import { forgetAllSecrets, type StoredSecret } from '../../../contract/store/repository/secrets.ts'
import { unsettledDeployments } from '../../../contract/store/unsettled.ts'
import { targetKey } from '../../../contract/target-key.ts'
import { newestBase } from '../../support/deployment.ts'
import { openTestStore } from '../../support/store.ts'

const key = '7/hello'
const host = 'hello--ada.localhost'
const store = await openTestStore()

async function queued(over: Partial<DeploymentBase> = {}): Promise<Deployment> {
  const base = await newestBase(store, { repository: 'shop', ...over })
  expect((await createDeployment(store, base)).kind).toBe('created')
  return read(base.id)
}

async function read(id: string): Promise<Deployment> {
  const found = await getDeployment(store, id)
  if (found === undefined) throw new Error('no record')
  return found
}

async function live(over: Partial<DeploymentBase> = {}, secrets: readonly StoredSecret[] = []): Promise<Deployment> {
  const one = await queued(over)
  await transitionDeployment(store, { id: one.id, from: ['queued'], to: 'starting' })
  await publishDeployment(store, { deployment: one, hosts: [host], outcome: { url: `http://${host}` }, secrets })
  return read(one.id)
}

const secret = (name: string): StoredSecret => {
  const place = { repository: 'id:7', scope: 'production', micro: 'hello', name } as const
  return { ...place, secret: seal(masterKey(Buffer.alloc(32, 1)), place, { text: 'x', setAtMs: 1 }) }
}

async function rollBack(deployment: Deployment, token = 'token') {
  const sequence = await nextSequence(store)
  return pointDeployment(store, { why: 'roll-back', deployment, by: 'ada', hosts: [host], sequence, token })
}

async function resume(deployment: Deployment, token = 'resume') {
  const sequence = await nextSequence(store)
  return pointDeployment(store, { why: 'resume', deployment, by: 'grace', hosts: [host], sequence, token })
}

describe('a deployment that goes live', () => {
  it('takes no host that leads to one of another repository, whatever made the two names the same', async () => {
    const ours = await live()
    const theirs = await queued({ repositoryId: 8, owner: 'grace' })
    await transitionDeployment(store, { id: theirs.id, from: ['queued'], to: 'starting' })
    const hosts = ['hello--grace.localhost', host]
    expect(await publishDeployment(store, { deployment: theirs, hosts, outcome: {} })).toEqual({ kind: 'lost' })
    expect(await allHosts(store)).toEqual({ [host]: ours.id })
  })
})

describe('a roll-back', () => {
  it('leads the hosts to the kept deployment, counts it anew, and tells of both commits', async () => {
    const [first, second] = [await live(), await live()]
    expect(await rollBack(first)).toEqual({ kind: 'live', formerId: second.id })
    expect(await allHosts(store)).toEqual({ [host]: first.id })
    expect((await targetStanding(store, key)).live?.id).toBe(first.id)
    expect((await read(first.id)).outcome).toMatchObject({ activation: 2, standing: { kind: 'restored', by: 'ada' } })
    expect((await read(second.id)).outcome).toMatchObject({ standing: { kind: 'rolled-back', to: first.sha } })
    expect(await readPause(store, key)).toMatchObject({ deploymentId: first.id, sha: first.sha, by: 'ada' })
  })

  it('done twice with the same token counts once, and names the same former one', async () => {
    const [first, second] = [await live(), await live()]
    await rollBack(first)
    expect(await rollBack(first)).toEqual({ kind: 'live', formerId: second.id })
    expect((await read(first.id)).outcome.activation).toBe(2)
  })

  it('takes no host that leads to somebody else by now, as one does after its owner gave the name up', async () => {
    const [first] = [await live(), await live()]
    const theirs = await queued({ repositoryId: 8, owner: 'grace' })
    await transitionDeployment(store, { id: theirs.id, from: ['queued'], to: 'starting' })
    await store.redis.hdel(store.keys.hosts, host)
    await publishDeployment(store, { deployment: theirs, hosts: [host], outcome: {} })
    expect(await rollBack(first)).toEqual({ kind: 'lost' })
    expect(await allHosts(store)).toEqual({ [host]: theirs.id })
    expect(await readPause(store, key)).toBeUndefined()
  })

  it('lets nothing that is under way go live, and says of it why', async () => {
    const [first] = [await live(), await live()]
    const building = await queued()
    await transitionDeployment(store, { id: building.id, from: ['queued'], to: 'starting' })
    await rollBack(first)
    expect(await read(building.id)).toMatchObject({
      state: 'skipped',
      outcome: {
        detail: `Paused since the roll-back to ${first.sha.slice(0, 7)} by ada; resume: micropush resume ada/shop/hello or the button`,
      },
    })
    expect(await pendingDeployments(store)).toEqual([])
    expect(await unsettledDeployments(store)).toEqual([building.id])
    const published = await publishDeployment(store, { deployment: building, hosts: [host], outcome: {} })
    expect(published.kind).toBe('lost')
    expect((await allHosts(store))[host]).toBe(first.id)
  })

  it('keeps new commits away, and a failed one from being queued again, until it is resumed', async () => {
    const [first] = [await live(), await live()]
    const failed = await queued()
    await transitionDeployment(store, { id: failed.id, from: ['queued'], to: 'failed' })
    await rollBack(first)
    const { state: _, stateSinceMs: __, outcome: ___, ...base } = failed
    const next = { ...base, id: newDeploymentId(), sequence: await nextSequence(store) }
    expect(await createDeployment(store, next)).toMatchObject({ kind: 'paused', pause: { sha: first.sha, by: 'ada' } })
    expect(await requeueDeployment(store, failed)).toBe(false)
    expect(await endPause(store, key)).toMatchObject({ sha: first.sha })
    expect(await endPause(store, key)).toBeUndefined()
    expect((await createDeployment(store, next)).kind).toBe('created')
  })

  it('leaves previews alone', async () => {
    const [first] = [await live(), await live()]
    const target = { kind: 'preview', pull: 3, fork: false, secrets: 'preview' } as const
    const preview = await queued({ target })
    await rollBack(first)
    expect((await read(preview.id)).state).toBe('queued')
    expect((await queued({ target })).state).toBe('queued')
  })

  it('asked for before something newer went live, or of what is kept no more, changes nothing', async () => {
    const [first, second] = [await live(), await live()]
    const sequence = await nextSequence(store)
    const third = await live()
    const late = { why: 'roll-back', deployment: first, by: 'ada', hosts: [host], sequence, token: 'late' } as const
    expect(await pointDeployment(store, late)).toEqual({ kind: 'stale' })
    await endTarget(store, { targetKey: key, sequence: await nextSequence(store) })
    expect(await rollBack(second, 'other')).toEqual({ kind: 'lost' })
    expect(await readPause(store, key)).toBeUndefined()
    expect(third.state).toBe('live')
  })

  it('keeps what it leads to, however many newer ones there are', async () => {
    const all: Deployment[] = []
    for (let count = 0; count < 5; count += 1) all.push(await live())
    const [oldest] = all
    if (oldest === undefined) throw new Error('none')
    await rollBack(oldest)
    await endPause(store, key)
    await queued()
    expect(await retireDeployments(store, key)).toEqual([])
    expect((await read(oldest.id)).state).toBe('live')
  })

  it('ends with the micro', async () => {
    const [first] = [await live(), await live()]
    await rollBack(first)
    await endTarget(store, { targetKey: key, sequence: await nextSequence(store) })
    expect(await readPause(store, key)).toBeUndefined()
    expect((await queued()).state).toBe('queued')
  })
})

describe('a resume', () => {
  it('leads the hosts to a kept deployment and ends the pause in one step', async () => {
    const [first, second] = [await live(), await live()]
    await rollBack(first)
    expect(await resume(second)).toEqual({ kind: 'live', formerId: first.id })
    expect((await allHosts(store))[host]).toBe(second.id)
    expect(await readPause(store, key)).toBeUndefined()
    expect((await read(second.id)).outcome).toMatchObject({ activation: 2, standing: { kind: 'resumed', by: 'grace' } })
    expect((await read(first.id)).outcome.standing).toBeUndefined()
  })
})

describe('the secrets of then', () => {
  it('are kept with what goes live, and go with it', async () => {
    const first = await live({}, [secret('TOKEN')])
    expect(await keptSecrets(store, first.id)).toMatchObject([{ name: 'TOKEN', secret: { bytes: 1 } }])
    await endTarget(store, { targetKey: key, sequence: await nextSequence(store) })
    expect(await keptSecrets(store, first.id)).toBeUndefined()
  })

  it('go with a deployment that is too many, and with all secrets', async () => {
    const all: Deployment[] = []
    for (let count = 0; count < 6; count += 1) all.push(await live({}, [secret('TOKEN')]))
    const [oldest, second] = all
    if (oldest === undefined || second === undefined) throw new Error('none')
    expect(await retireDeployments(store, key)).toEqual([oldest.id])
    expect(await keptSecrets(store, oldest.id)).toBeUndefined()
    expect(await keptSecrets(store, second.id)).toHaveLength(1)
    await forgetAllSecrets(store)
    expect(await keptSecrets(store, second.id)).toBeUndefined()
  })

  it('count while the deployment is live by a roll-back, and no more after a restart', async () => {
    const [first, second] = [await live({}, [secret('OLD')]), await live({}, [secret('NEW')])]
    expect(await isPinned(store, first)).toBe(false)
    await rollBack(first)
    expect([await isPinned(store, first), await isPinned(store, second)]).toEqual([true, false])
    await renewKeptSecrets(store, first, [secret('NEW')])
    expect(await isPinned(store, first)).toBe(false)
    expect(await keptSecrets(store, first.id)).toMatchObject([{ name: 'NEW' }])
  })

  it('count on after a resume until something else is live', async () => {
    const [first] = [await live(), await live()]
    await rollBack(first)
    await endPause(store, key)
    expect(await isPinned(store, first)).toBe(true)
    await live()
    expect(await isPinned(store, first)).toBe(false)
    expect(targetKey(first)).toBe(key)
  })
})
