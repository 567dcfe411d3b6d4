import { afterAll, beforeAll, expect, it } from 'vitest'
import { micropush } from './support/command.ts'
import { until } from './support/github.ts'
import type { Repository } from './support/repository.ts'
import { startStack, type Stack } from './support/stack.ts'

const app = (says: string) => `
const { MICRO_TARGET, MICRO_URL, MICRO_KEY, MICRO_PULL_REQUEST, TOKEN, ONLY_PRODUCTION } = process.env
module.exports = (request, response) => response.end(JSON.stringify({
  says: '${says}', target: MICRO_TARGET, url: MICRO_URL, key: MICRO_KEY, pull: MICRO_PULL_REQUEST, token: TOKEN, production: ONLY_PRODUCTION,
}))
`
const config = (more = '') => `v: 1\nruntime: nodejs24\n${more}`
const context = 'micropush/shop'
const name = 'ada/shop'

let stack: Stack
let repository: Repository
let fork: Repository
/** The newest commit of the fork. */
let stranger: string

beforeAll(async () => {
  stack = await startStack({ MICROPUSH_SANDBOX: 'runc' })
  repository = await stack.repository(name)
  fork = await stack.repository('grace/shop')
})
afterAll(async () => {
  await repository[Symbol.asyncDispose]()
  await fork[Symbol.asyncDispose]()
  await stack[Symbol.asyncDispose]()
})

const secret = (key: string, value: string, ...flags: string[]) =>
  micropush(stack.env, ['secrets', 'set', name, key, ...flags], `${value}\n`)

async function commit(at: Repository, files: Record<string, string>, message?: string): Promise<string> {
  await at.write(files)
  return at.commit(message)
}

async function answer(label: string) {
  const { status, headers, body } = await stack.ask(stack.host(label))
  const said = status === 200 ? (JSON.parse(body) as Record<string, string | undefined>) : {}
  return { status, robots: headers['x-robots-tag'], ...said }
}

/** How GitHub shows each Deployment of a pull request. */
async function environmentStates(pull: number): Promise<(string | undefined)[]> {
  const path = `/repos/${name}/deployments`
  const all = await stack.github.call<{ id: number }[]>('GET', `${path}?environment=preview/pr-${pull}`)
  const read = ({ id }: { id: number }) => stack.github.call<{ state: string }[]>('GET', `${path}/${id}/statuses`)
  return (await Promise.all(all.map(read))).map(([newest]) => newest?.state)
}

const newestStatus = async (sha: string) => (await stack.statuses(name, sha)).find((one) => one.context === context)

it('production is live, with secrets of its own', async () => {
  await secret('TOKEN', 'of production')
  await secret('ONLY_PRODUCTION', 'hidden')
  await secret('TOKEN', 'of previews', '--preview')
  const sha = await commit(repository, { 'micro.yml': config(), 'index.js': app('one') })
  await repository.push()
  expect((await stack.outcome(name, sha, context)).state).toBe('success')
  expect(await answer('shop--ada')).toMatchObject({
    target: 'production',
    token: 'of production',
    production: 'hidden',
  })
})

it('a pull request gets a preview with its own address, key and secrets, which search engines are kept from', async () => {
  await repository.git('checkout', '--quiet', '-b', 'topic')
  const sha = await commit(repository, { 'index.js': app('two') })
  await repository.push('topic')
  expect(await stack.github.openPull(name, { head: 'topic' })).toBe(1)
  const status = await stack.outcome(name, sha, context)
  const url = `http://pr-1--shop--ada.localhost:${stack.gatewayPort}`
  expect(status).toMatchObject({ state: 'success', target_url: url })
  const [preview, production] = [await answer('pr-1--shop--ada'), await answer('shop--ada')]
  const robots = expect.stringContaining('noindex') as string
  expect(preview).toMatchObject({ says: 'two', target: 'preview', pull: '1', url, token: 'of previews', robots })
  expect(preview).not.toHaveProperty('production')
  expect(production).toMatchObject({ says: 'one', token: 'of production', robots: undefined })
  expect(preview).not.toMatchObject({ key: (production as { key?: string }).key })
})

it('a push to it is what the preview shows, unless the commit asks to be skipped', async () => {
  const third = await commit(repository, { 'index.js': app('three') })
  await repository.push('topic')
  expect((await stack.outcome(name, third, context)).state).toBe('success')
  const fourth = await commit(repository, { 'index.js': app('four') }, 'Not yet [skip ci]')
  await repository.push('topic')
  const status = await stack.outcome(name, fourth, context)
  expect(status).toMatchObject({
    state: 'success',
    description: expect.stringMatching(/^Skipped: \[skip ci\]/) as string,
  })
  expect(await answer('pr-1--shop--ada')).toMatchObject({ says: 'three' })
})

it('one from a fork waits, is live after the approval of its commit, and waits again with the next', async () => {
  await fork.git('fetch', '--quiet', `${stack.forgeUrl}/${name}.git`, 'main')
  await fork.git('reset', '--quiet', '--hard', 'FETCH_HEAD')
  const sha = await commit(fork, { 'micro.yml': config('previews:\n  forks: no-secrets\n'), 'index.js': app('fork') })
  await fork.push('main')
  expect(await stack.github.openPull(name, { head: 'grace:main' })).toBe(2)
  const held = await until(
    () => newestStatus(sha),
    (status) => /approv/i.test(status?.description ?? ''),
  )
  expect(held?.state).toBe('pending')
  expect((await answer('pr-2--shop--ada')).status).toBe(404)
  await stack.github.comment(name, 2, '/deploy')
  expect((await stack.outcome(name, sha, context)).state).toBe('success')
  expect(await answer('pr-2--shop--ada')).toMatchObject({ says: 'fork', token: 'of previews' })
  expect(await answer('shop--ada')).toMatchObject({ says: 'one' })

  const next = await commit(fork, { 'index.js': app('attack') })
  await fork.push('main')
  await until(
    () => newestStatus(next),
    (status) => /approv/i.test(status?.description ?? ''),
  )
  expect(await answer('pr-2--shop--ada')).toMatchObject({ says: 'fork' })
})

it('one from a fork is live at once without the secrets, where the base branch says so, and the words name what it lacks', async () => {
  await repository.git('checkout', '--quiet', 'main')
  const trusted = config('secrets: [TOKEN]\npreviews:\n  forks: no-secrets\n')
  await commit(repository, { 'micro.yml': trusted, 'README.md': '' })
  await repository.push()
  stranger = await commit(fork, { 'index.js': app('stranger') })
  await fork.push('main')
  expect(await stack.outcome(name, stranger, context)).toMatchObject({
    state: 'success',
    description: expect.stringContaining('Without the secrets of previews, because it is from a fork: TOKEN') as string,
  })
  const shown = await answer('pr-2--shop--ada')
  expect(shown).toMatchObject({ says: 'stranger', key: expect.any(String) as string })
  expect(shown).not.toHaveProperty('token')
  expect(shown).not.toMatchObject({ key: ((await answer('pr-1--shop--ada')) as { key?: string }).key })
})

it('nothing is left of them when they are closed, though previews were switched off in between', async () => {
  const sha = await commit(repository, { 'micro.yml': config('previews: off\n') })
  await repository.push()
  expect((await stack.outcome(name, sha, context)).state).toBe('success')
  // GitHub's Deployments come behind the statuses, at its pace; of what it never heard of nothing has to end.
  for (const pull of [1, 2]) {
    await until(
      () => environmentStates(pull),
      (states) => states.includes('success'),
    )
  }
  await stack.parts.bot.kill('SIGTERM')
  await stack.github.call('PUT', `/repos/${name}/pulls/1/merge`)
  await stack.github.call('PATCH', `/repos/${name}/pulls/2`, { state: 'closed' })
  stack.parts.bot.start()
  const gone = async () => [(await answer('pr-1--shop--ada')).status, (await answer('pr-2--shop--ada')).status]
  await until(gone, (statuses) => statuses.every((status) => status === 404))
  for (const pull of [1, 2]) {
    await until(
      async () => (await stack.github.comments(name, pull)).filter(({ user }) => user.login === 'micropush[bot]'),
      (ours) => ours.length === 1 && ours[0]?.body.includes('have **ended**') === true,
    )
    await until(
      () => environmentStates(pull),
      (states) => states.length > 0 && states.every((state) => state === 'inactive'),
    )
  }
  await stack.github.call('PATCH', `/repos/${name}/pulls/2`, { state: 'open' })
  await until(
    () => newestStatus(stranger),
    (status) => status?.description === 'Skipped: Previews are off in this repository (previews: off)',
  )
  expect(await gone()).toEqual([404, 404])
  const sandboxes = async () => (await stack.leftovers()).containers.length
  await until(sandboxes, (count) => count <= 2)
  const { builders, work } = await stack.leftovers()
  expect({ builders, work }).toEqual({ builders: [], work: [] })
})
