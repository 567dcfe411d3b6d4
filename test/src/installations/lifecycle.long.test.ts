import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { allHosts } from '../../../contract/store/micros.ts'
import { forbid, isForbidden } from '../../../contract/store/reports/permissions.ts'
import { readRepository } from '../../../contract/store/repository/known.ts'
import { masterKey } from '../../../contract/secrets/master-key.ts'
import { seal } from '../../../contract/secrets/seal.ts'
import { findRepository, repositoryKey } from '../../../contract/store/repository/repositories.ts'
import { changeSecrets, listSecrets } from '../../../contract/store/repository/secrets.ts'
import { getDeployment, transitionDeployment } from '../../../contract/store/deployments.ts'
import { startScene, type Scene } from '../support/scene.ts'

let scene: Scene
let owner: string
let count = 0

beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene[Symbol.asyncDispose]())
beforeEach(() => {
  owner = `owner${++count}`
})

const filesOf = (micro: string) => ({ 'micro.yml': `v: 1\nname: ${micro}\n`, 'package.json': '{}', 'index.js': '' })

/** A repository with a micro in production, a preview of pull request 1 and a secret. */
async function served(name: string, micro = 'hello') {
  const repository = await scene.repository(`${owner}/${name}`)
  await repository.write(filesOf(micro))
  const sha = await repository.commit()
  await repository.push()
  await scene.hears('push')
  await repository.git('checkout', '-q', '-b', 'feature')
  await repository.write({ 'index.js': '// new' })
  await repository.commit()
  await repository.push('feature')
  await scene.hears('push')
  await scene.api('POST', `/repos/${owner}/${name}/pulls`, { title: 'x', head: 'feature', base: 'main' })
  await scene.hears('pull_request')
  await scene.work()
  const id = await scene.numberOf(`${owner}/${name}`)
  const key = `${id}/${micro}`
  const preview = `${key}/pr-1`
  const live = [await scene.makeLive(key), await scene.makeLive(preview)]
  await setSecret(name)
  return { repository, sha, id, key, preview, live }
}

async function setSecret(name: string): Promise<void> {
  const repository = await findRepository(scene.parts.store, `${owner}/${name}`)
  const place = { repository: repositoryKey(repository), micro: '*', scope: 'production', name: 'TOKEN' } as const
  const secret = seal(masterKey(new Uint8Array(32)), place, { text: 'hunter2', setAtMs: 1 })
  await changeSecrets(scene.parts.store, { repository, set: [{ ...place, secret }], remove: [] })
}

type Served = Awaited<ReturnType<typeof served>>

async function expectEnded({ id, key, preview, live }: Served): Promise<void> {
  const { store } = scene.parts
  for (const one of [key, preview]) expect((await scene.standing(one)).live).toBeUndefined()
  for (const one of live) expect((await getDeployment(store, one.id))?.state).toBe('destroyed')
  const hosts = Object.values(await allHosts(store))
  for (const one of live) expect(hosts).not.toContain(one.id)
  expect(await store.redis.exists(store.keys.secrets(`id:${id}`))).toBe(0)
  expect(await readRepository(store, id)).toBeUndefined()
  const ends = await scene.parts.queues.end.getJobs(['waiting'])
  const ended = ends.flatMap(({ data }) => (data as { deploymentIds: string[] }).deploymentIds)
  for (const one of live) expect(ended).toContain(one.id)
}

async function expectServed({ key, preview, live }: Served): Promise<void> {
  expect((await scene.standing(key)).live?.id).toBe(live[0]?.id)
  expect((await scene.standing(preview)).live?.id).toBe(live[1]?.id)
}

it('a suspended installation: its micros and previews end, its secrets go; afterwards both are deployed again', async () => {
  const one = await served('one')
  await scene.api('PUT', `/_installations/${owner}/suspended`)
  await scene.hears('installation')
  await scene.work()
  await expectEnded(one)
  await scene.api('DELETE', `/_installations/${owner}/suspended`)
  await scene.hears('installation')
  await scene.work()
  expect((await scene.standing(one.key)).newest).toMatchObject({ state: 'queued', sha: one.sha })
  expect((await scene.standing(one.preview)).newest?.state).toBe('queued')
  // However often: nothing of it is taken for a vain attempt.
  for (let times = 0; times < 2; times += 1) {
    await scene.makeLive(one.key)
    await scene.api('PUT', `/_installations/${owner}/suspended`)
    await scene.hears('installation')
    await scene.work()
    expect((await scene.standing(one.key)).live).toBeUndefined()
    await scene.api('DELETE', `/_installations/${owner}/suspended`)
    await scene.hears('installation')
    await scene.work()
    expect((await scene.standing(one.key)).newest?.state).toBe('queued')
  }
})

it('an installation that is removed: its micros end, its secrets go; what is installed anew is deployed without a push', async () => {
  const one = await served('one')
  await scene.api('DELETE', `/_installations/${owner}`)
  await scene.hears('installation')
  await scene.work()
  await expectEnded(one)
  await scene.api('POST', '/_installations', { account: owner })
  await scene.hears('installation')
  await scene.work()
  expect((await scene.standing(one.key)).newest).toMatchObject({ state: 'queued', sha: one.sha })
  const { store } = scene.parts
  expect(await listSecrets(store, await findRepository(store, `${owner}/one`))).toEqual([])
})

it('a repository that is taken from an installation ends, its neighbour goes on; given back it is deployed', async () => {
  const one = await served('one')
  const two = await served('two', 'world')
  await scene.api('PUT', `/_installations/${owner}/repositories`, { repositories: ['two'] })
  await scene.hears('installation_repositories')
  await scene.work()
  await expectEnded(one)
  await expectServed(two)
  await scene.api('PUT', `/_installations/${owner}/repositories`, {})
  await scene.hears('installation_repositories')
  await scene.work()
  expect((await scene.standing(one.key)).newest).toMatchObject({ state: 'queued', sha: one.sha })
  await expectServed(two)
})

it('a deleted repository ends, and a new one of its name finds nothing of it', async () => {
  const one = await served('one')
  await scene.api('DELETE', `/repos/${owner}/one`)
  await scene.hears('repository')
  await scene.work()
  await expectEnded(one)
  const again = await scene.repository(`${owner}/one`)
  await again.write(filesOf('hello'))
  await again.commit()
  await again.push()
  await scene.hears('push')
  await scene.work()
  const id = await scene.numberOf(`${owner}/one`)
  expect(id).not.toBe(one.id)
  expect((await scene.standing(`${id}/hello`)).newest?.state).toBe('queued')
})

it('a repository under another name goes on as it is, and is told of under its new name from then on', async () => {
  const one = await served('one')
  await scene.api('PATCH', `/repos/${owner}/one`, { name: 'other' })
  await scene.hears('repository')
  await scene.work()
  await expectServed(one)
  const { store } = scene.parts
  expect(await readRepository(store, one.id)).toMatchObject({ repository: 'other' })
  expect((await listSecrets(store, await findRepository(store, `${owner}/other`))).length).toBe(1)
  await one.repository.git('checkout', '-q', 'main')
  const next = await one.repository.commit('next')
  await one.repository.push()
  await scene.hears('push')
  await scene.work()
  expect((await scene.standing(one.key)).newest).toMatchObject({ sha: next, repository: 'other' })
})

it('a micro that has its name from its repository serves until it is live under the next name, and goes on when that fails', async () => {
  const repository = await scene.repository(`${owner}/first`)
  await repository.write({ 'micro.yml': 'v: 1\n', 'package.json': '{}', 'index.js': '' })
  await repository.commit()
  await repository.push()
  await scene.hears('push')
  await scene.work()
  const id = await scene.numberOf(`${owner}/first`)
  await scene.makeLive(`${id}/first`)
  const rename = async (from: string, to: string, meanwhile: () => Promise<unknown>) => {
    await scene.api('PATCH', `/repos/${owner}/${from}`, { name: to })
    await scene.hears('repository')
    await scene.work(meanwhile)
  }
  await rename('first', 'second', async () => {
    expect((await scene.standing(`${id}/first`)).live).toBeDefined()
    await scene.makeLive(`${id}/second`)
  })
  expect((await scene.standing(`${id}/first`)).live).toBeUndefined()
  expect((await scene.standing(`${id}/second`)).live?.repository).toBe('second')
  await rename('second', 'third', async () => {
    const { newest } = await scene.standing(`${id}/third`)
    const failed = { id: newest?.id ?? '', from: ['queued'], to: 'failed' } as const
    expect(await transitionDeployment(scene.parts.store, failed)).toBe(true)
  })
  expect((await scene.standing(`${id}/second`)).live).toBeDefined()
})

it('a transferred repository is served under its new owner, without a gap, and the former name is free then', async () => {
  const one = await served('one')
  const { store } = scene.parts
  const to = `${owner}new`
  await scene.api('POST', '/_installations', { account: to })
  await scene.hears('installation')
  await scene.api('POST', `/repos/${owner}/one/transfer`, { new_owner: to })
  await scene.hears('repository')
  await scene.work()
  const before = await allHosts(store)
  expect(before[`hello--${owner}.localhost`]).toBe(one.live[0]?.id)
  const { newest } = await scene.standing(one.key)
  expect(newest).toMatchObject({ state: 'queued', owner: to, sha: one.sha })
  await scene.makeLive(one.key)
  await scene.makeLive(one.preview)
  const after = await allHosts(store)
  expect(after[`hello--${to}.localhost`]).toBe(newest?.id)
  expect(after[`pr-1--hello--${to}.localhost`]).toBeDefined()
  expect(after[`hello--${owner}.localhost`]).toBeUndefined()
  expect(after[`pr-1--hello--${owner}.localhost`]).toBeUndefined()
  expect((await listSecrets(store, { id: one.id, name: '' })).length).toBe(1)
  const successor = await scene.repository(`${owner}/successor`)
  await successor.write(filesOf('hello'))
  await successor.commit()
  await successor.push()
  await scene.hears('push')
  await scene.work()
  const id = await scene.numberOf(`${owner}/successor`)
  expect((await scene.standing(`${id}/hello`)).newest).toMatchObject({ state: 'queued', owner })
})

it('a repository that goes to somebody without the App ends', async () => {
  const one = await served('one')
  await scene.api('POST', `/repos/${owner}/one/transfer`, { new_owner: `${owner}else` })
  // Nobody tells us: the App is not installed there.
  await scene.reconcile()
  const done = await scene.work()
  expect(done).toContain('lifecycle: ours no more, 2 ended')
  await expectEnded(one)
})

it('who may see a repository changes nothing, and in the archive it goes on', async () => {
  const one = await served('one')
  await scene.api('PATCH', `/repos/${owner}/one`, { private: true })
  await scene.api('PATCH', `/repos/${owner}/one`, { private: false })
  await scene.api('PATCH', `/repos/${owner}/one`, { archived: true })
  await scene.hears('repository')
  await scene.work()
  await expectServed(one)
  await scene.reconcile()
  expect(await scene.work()).toEqual([])
  await scene.api('PATCH', `/repos/${owner}/one`, { archived: false })
  await scene.hears('repository')
  await scene.work()
  await expectServed(one)
})

it('one wrong answer of GitHub’s ends nothing and costs no secret, however late an event is dealt with', async () => {
  const one = await served('one')
  const wrong = (path: string) => scene.api('POST', '/_faults', { requests: [{ method: 'GET', path, status: 404 }] })
  for (const path of ['^/app/installations/\\d+$', '^/repositories/\\d+$']) {
    await scene.api('PATCH', `/repos/${owner}/one`, { archived: path.startsWith('^/app') })
    await scene.hears('repository')
    scene.pass(120_000)
    await wrong(path)
    await scene.work()
    await expectServed(one)
  }
})

it('a late word of the past ends nothing: GitHub is asked how it stands', async () => {
  const one = await served('one')
  await scene.door('shut')
  await scene.api('PUT', `/_installations/${owner}/suspended`)
  await scene.api('DELETE', `/_installations/${owner}/suspended`)
  await scene.door('open')
  const installation = await scene.parts.github.app.rest.apps.getUserInstallation({ username: owner })
  const deliveryId = `late-${owner}`
  const job = {
    kind: 'installation',
    deliveryId,
    installationId: installation.data.id,
    told: 'gone',
    receivedAtMs: 0,
  } as const
  await scene.parts.queues.lifecycle.add('lifecycle', { ...job, sequence: 1 }, { jobId: deliveryId })
  await scene.work()
  await expectServed(one)
})

it('what waits in the queue when an installation is suspended comes to nothing, and leaves nothing', async () => {
  const repository = await scene.repository(`${owner}/waits`)
  await repository.write(filesOf('hello'))
  await repository.commit()
  await repository.push()
  await scene.hears('push')
  const id = await scene.numberOf(`${owner}/waits`)
  await scene.api('PUT', `/_installations/${owner}/suspended`)
  await scene.hears('installation')
  expect(await scene.work()).toContain('push: refused with 403')
  expect((await scene.standing(`${id}/hello`)).newest).toBeUndefined()
  await scene.reconcile()
  await scene.work()
  expect(await readRepository(scene.parts.store, id)).toBeUndefined()
})

it('what an owner agreed to anew is tried at once', async () => {
  await served('one')
  const { data } = await scene.parts.github.app.rest.apps.getUserInstallation({ username: owner })
  const place = { installationId: data.id, projection: 'check' }
  await forbid(scene.parts.store, place)
  await scene.api('DELETE', `/_installations/${owner}/permissions`)
  await scene.hears('installation')
  await scene.work()
  expect(await isForbidden(scene.parts.store, place)).toBe(false)
})

it('when another default branch is chosen, its commit is deployed', async () => {
  const one = await served('one')
  await scene.api('PATCH', `/repos/${owner}/one`, { default_branch: 'feature' })
  await scene.hears('repository')
  await scene.work()
  expect((await scene.standing(one.key)).newest).toMatchObject({ branch: 'feature', state: 'queued' })
})
