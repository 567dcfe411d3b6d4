import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { getDeployment, transitionDeployment } from '../../../contract/store/deployments.ts'
import { microsOfRepository, previewsOfRepository, targetHistory } from '../../../contract/store/micros.ts'
import { readDeliveries } from '../../../contract/store/repository/deliveries.ts'
import { redeliverLost } from '../../../src/deliveries/redeliver-lost.ts'
import { reconcile } from '../../../src/reconcile/reconcile.ts'
import { startScene, type Scene } from '../support/scene.ts'

let scene: Scene
let owner: string
let count = 0

beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene[Symbol.asyncDispose]())
beforeEach(async () => {
  owner = `person${++count}`
  await scene.door('open')
})

const files = { 'micro.yml': 'v: 1\nname: hello\n', 'package.json': '{}', 'index.js': '' }

async function pushed(more: Readonly<Record<string, string>> = {}) {
  const repository = await scene.repository(`${owner}/shop`)
  await repository.write({ ...files, ...more })
  const sha = await repository.commit()
  await repository.push()
  await scene.hears('push')
  await scene.work()
  const id = await scene.numberOf(`${owner}/shop`)
  return { repository, sha, id, key: `${id}/hello` }
}

const orders = (deliveries: readonly object[]) => scene.api('POST', '/_faults', { deliveries })
const heads = async (key: string) => (await targetHistory(scene.parts.store, key)).map(({ sha }) => sha)

it('a push that nobody told of is found and deployed, once', async () => {
  const { repository, key } = await pushed()
  await scene.door('shut')
  await repository.write({ 'index.js': '// two' })
  const two = await repository.commit()
  await repository.push()
  await scene.reconcile()
  await scene.reconcile()
  expect(await scene.work()).toEqual([expect.stringContaining(`deploys hello at ${two.slice(0, 7)}`) as string])
  expect((await scene.standing(key)).newest).toMatchObject({ sha: two, state: 'queued' })
  await scene.reconcile()
  expect(await scene.work()).toEqual([])
  const told = await readDeliveries(scene.parts.store, `${owner}/shop`)
  expect(told[0]).toMatchObject({ event: 'reconcile', about: 'main' })
})

it('a commit that failed is not tried again and again', async () => {
  const { key } = await pushed()
  const { newest } = await scene.standing(key)
  const error = { code: 'install-failed', message: 'x' } as const
  await transitionDeployment(scene.parts.store, {
    id: newest?.id ?? '',
    from: ['queued'],
    to: 'failed',
    outcome: { error },
  })
  for (let pass = 0; pass < 13; pass++) await scene.reconcile()
  expect(await scene.work()).toEqual([])
})

it('a repository that was there before the App is deployed from its default branch; one without a config file costs one request', async () => {
  const { repository } = await pushed()
  await scene.api('DELETE', `/_installations/${owner}`)
  await scene.hears('installation')
  const plain = await scene.repository(`${owner}/plain`)
  await plain.write({ 'readme.md': 'x' })
  await plain.commit()
  await plain.push()
  await scene.work()
  const early = await scene.repository(`${owner}/early`)
  await early.write({ ...files, 'micro.yml': 'v: 1\nname: early\n' })
  await early.commit()
  await early.push()
  await scene.door('shut')
  await scene.api('POST', '/_installations', { account: owner })
  let requests = 0
  const { data: installation } = await scene.parts.github.app.rest.apps.getUserInstallation({ username: owner })
  scene.parts.github.forInstallation(installation.id).hook.before('request', ({ url, ...rest }) => {
    if (JSON.stringify(rest).includes('"plain"')) requests += 1
    expect(url).toBeDefined()
  })
  await scene.reconcile()
  await scene.work()
  expect(requests).toBe(1)
  await scene.reconcile()
  expect(requests).toBe(1)
  const id = await scene.numberOf(`${owner}/early`)
  expect((await scene.standing(`${id}/early`)).newest?.state).toBe('queued')
  expect(repository.fullName).toBe(`${owner}/shop`)
})

it('a branch that was deleted unseen ends its micro', async () => {
  const { repository, id } = await pushed({ 'micro.yml': 'v: 1\nname: hello\nbranch: release\n' })
  await repository.push('release')
  await scene.hears('push')
  await scene.work()
  await scene.makeLive(`${id}/hello`)
  await scene.door('shut')
  await repository.push(':release').catch(() => repository.git('push', '--quiet', 'origin', ':release'))
  await scene.reconcile()
  await scene.work()
  expect(await microsOfRepository(scene.parts.store, id)).toEqual([])
})

it('a branch that only the config file names is found, though its push was lost', async () => {
  const { repository, id } = await pushed({ 'micro.yml': 'v: 1\nname: hello\nbranch: release\n' })
  await scene.door('shut')
  await repository.git('push', '--quiet', 'origin', 'HEAD:refs/heads/release')
  await scene.reconcile()
  await scene.work()
  expect((await scene.standing(`${id}/hello`)).newest).toMatchObject({ branch: 'release', state: 'queued' })
})

it('pull requests that were opened, moved and closed unseen get, follow and lose their previews', async () => {
  const { repository, id, key } = await pushed()
  await scene.door('shut')
  await repository.git('checkout', '-q', '-b', 'feature')
  await repository.write({ 'index.js': '// feature' })
  const one = await repository.commit()
  await repository.git('push', '--quiet', 'origin', 'feature')
  await scene.api('POST', `/repos/${owner}/shop/pulls`, { title: 'x', head: 'feature', base: 'main' })
  await scene.reconcile()
  await scene.work()
  expect((await scene.standing(`${key}/pr-1`)).newest).toMatchObject({ sha: one, state: 'queued' })
  await repository.write({ 'index.js': '// more' })
  const two = await repository.commit()
  await repository.git('push', '--quiet', 'origin', 'feature')
  await scene.reconcile()
  await scene.work()
  expect((await scene.standing(`${key}/pr-1`)).newest).toMatchObject({ sha: two })
  await scene.api('PATCH', `/repos/${owner}/shop/pulls/1`, { state: 'closed' })
  await scene.reconcile()
  await scene.work()
  expect(await previewsOfRepository(scene.parts.store, id)).toEqual([])
  await scene.reconcile()
  expect(await scene.work()).toEqual([])
})

it('a repository that is gone from everywhere ends after three looks, not at the first', async () => {
  const { key } = await pushed()
  const { id } = await scene.makeLive(key)
  await scene.door('shut')
  await scene.api('DELETE', `/repos/${owner}/shop`)
  await scene.reconcile()
  const before = scene.deps.now()
  expect(await scene.work()).toContain('lifecycle: ours no more, 1 ended')
  expect(scene.deps.now() - before).toBeGreaterThanOrEqual(60_000)
  expect((await getDeployment(scene.parts.store, id))?.state).toBe('destroyed')
})

it('deliveries that failed are asked for again and do their work; a second time nothing', async () => {
  const { repository, key } = await pushed()
  await scene.door('shut')
  await repository.write({ 'index.js': '// late' })
  const late = await repository.commit()
  await repository.push()
  const { app } = scene.parts.github
  const failed = async () => (await app.rest.apps.listWebhookDeliveries({ per_page: 10 })).data[0]?.status_code !== 200
  await expect.poll(failed).toBe(true)
  await scene.door('open')
  const sweep = () =>
    redeliverLost({ app, githubUrl: scene.parts.github.baseUrl, log: scene.parts.log, now: scene.deps.now })
  await sweep()
  await scene.hears('push')
  await scene.work()
  expect((await scene.standing(key)).newest?.sha).toBe(late)
  await sweep()
  expect(await scene.work()).toEqual([])
})

it('pushes that come in the wrong order, twice and late lead to what the branch shows, and each only once', async () => {
  const { repository, key, sha } = await pushed()
  await orders([{ event: 'push', action: 'reorder', times: 2 }])
  const next = async (text: string) => {
    await repository.write({ 'index.js': `// ${text}` })
    return repository.commit()
  }
  const one = await next('one')
  const held = repository.push()
  await expect.poll(() => repository.git('ls-remote', 'origin', 'main'), { timeout: 15_000 }).toContain(one)
  await next('two')
  await Promise.all([held, repository.push()])
  await orders([{ event: 'push', action: 'duplicate', times: 1 }])
  const three = await next('three')
  await repository.push()
  await scene.hears('push', 3)
  await scene.work()
  expect((await scene.standing(key)).newest?.sha).toBe(three)
  // Those that were overtaken have no deployment of their own: by then the branch showed the last one.
  expect(await heads(key)).toEqual([three, sha])
})

it('a forced push back to an older commit deploys that commit', async () => {
  const { repository, sha, key } = await pushed()
  await repository.write({ 'index.js': '// regretted' })
  await repository.commit()
  await repository.push()
  await scene.hears('push')
  await scene.work()
  await scene.makeLive(key)
  await repository.git('reset', '--hard', '-q', sha)
  await repository.git('push', '--quiet', '--force', 'origin', 'main')
  await scene.hears('push')
  await scene.work()
  expect((await scene.standing(key)).newest).toMatchObject({ sha, state: 'queued' })
})

it('a push of 2,000 commits deploys the last of them alone', async () => {
  const { repository, sha, key } = await pushed()
  const one = (n: number) =>
    `commit refs/heads/main\ncommitter Ada <ada@example.com> ${1_700_000_000 + n} +0000\ndata 3\n${100 + (n % 900)}\n${n === 0 ? `from ${sha}\n` : ''}M 644 inline n\ndata 4\n${1000 + n}\n\n`
  const stream = Array.from({ length: 2000 }, (_, n) => one(n)).join('')
  await repository.write({ '.git/stream': stream })
  await repository.git('-c', 'core.quotepath=off', 'checkout', '-q', '--detach')
  await repository.git('-c', 'alias.take=!git fast-import --quiet --force < .git/stream', 'take')
  const head = (await repository.git('rev-parse', 'main')).trim()
  await repository.git('push', '--quiet', 'origin', 'main')
  await scene.hears('push')
  await scene.work()
  expect(await heads(key)).toEqual([head, sha])
})

it('tags and their deletion, and other branches, deploy nothing, and say why', async () => {
  const { repository, key, sha } = await pushed()
  await repository.git('tag', 'v1')
  await repository.git('push', '--quiet', 'origin', 'v1')
  await repository.git('push', '--quiet', 'origin', ':refs/tags/v1')
  await repository.git('push', '--quiet', 'origin', 'HEAD:refs/heads/other')
  await scene.hears('push')
  await scene.work()
  expect(await heads(key)).toEqual([sha])
  await expect
    .poll(async () =>
      (await readDeliveries(scene.parts.store, `${owner}/shop`)).map(({ decision }) => decision).toSorted(),
    )
    .toEqual([
      `deploys hello at ${sha.slice(0, 7)}`,
      'hello: not deployed from other',
      'nothing: not a branch',
      'nothing: not a branch',
    ])
})

it('while nothing happens, a comparison asks for lists alone, and the answers cost nothing', async () => {
  const { id } = await pushed()
  await scene.makeLive(`${id}/hello`)
  const plain = await scene.repository(`${owner}/plain`)
  await plain.write({ 'readme.md': 'x' })
  await plain.commit()
  await plain.push()
  await scene.hears('push')
  await scene.work()
  for (let pass = 0; pass < 3; pass++) await scene.reconcile()
  const { data: installation } = await scene.parts.github.app.rest.apps.getUserInstallation({ username: owner })
  const asked: string[] = []
  scene.parts.github.forInstallation(installation.id).hook.error('request', (error, { url, repo }) => {
    asked.push(`${'status' in error ? error.status : 0} ${url} ${typeof repo === 'string' ? repo : ''}`.trim())
    throw error
  })
  scene.parts.github.forInstallation(installation.id).hook.after('request', (_, { url }) => void asked.push(url))
  // Not the pass in which this repository is looked at in whole.
  await reconcile({ number: id + 1, signal: new AbortController().signal }, scene.deps)
  expect(asked).toEqual(['304 /installation/repositories', '304 /repos/{owner}/{repo}/pulls shop'])
})
