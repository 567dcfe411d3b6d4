import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { saying } from './support/micros.ts'
import { startStack, type Stack } from './support/stack.ts'

let stack: Stack
beforeEach(async () => {
  stack = await startStack({ MICROPUSH_SANDBOX: 'runc' })
})
afterEach(() => stack[Symbol.asyncDispose]())

const slowBuild = (words: string, seconds: number) => ({
  ...saying(words),
  'micro.yml': `v: 1\nruntime: nodejs24\nbuild: sleep ${seconds}\n`,
})

async function stateIs(fullName: string, sha: string, pattern: RegExp): Promise<void> {
  await expect
    .poll(async () => (await stack.statuses(fullName, sha))[0]?.description ?? '', { timeout: 30_000 })
    .toMatch(pattern)
}

/** Pushes without waiting for the outcome that the forge prints. */
function pushInBackground(repository: { push(): Promise<string> }): Promise<string> {
  const push = repository.push()
  push.catch(() => {})
  return push
}

it('a push during a build replaces the one that waits, and each commit is told its fate', async () => {
  await using repository = await stack.repository('ada/busy')
  await repository.write(slowBuild('one', 4))
  const one = await repository.commit()
  void pushInBackground(repository)
  await stateIs('ada/busy', one, /Build/)
  await repository.write(saying('two'))
  const two = await repository.commit()
  void pushInBackground(repository)
  await stateIs('ada/busy', two, /Queued/)
  await repository.write(saying('three'))
  const three = await repository.commit()
  void pushInBackground(repository)
  expect(await stack.outcome('ada/busy', two, 'micropush/busy')).toMatchObject({
    description: `Superseded by ${three.slice(0, 7)}`,
  })
  expect(await stack.outcome('ada/busy', three, 'micropush/busy')).toMatchObject({ state: 'success' })
  expect(await stack.outcome('ada/busy', one, 'micropush/busy')).toMatchObject({ state: 'success' })
  expect((await stack.ask(stack.host('busy--ada'))).body).toBe('three')
}, 120_000)

it('kill -9 of the runner during a build: the deployment ends live after its restart, and nothing is left over', async () => {
  await using repository = await stack.repository('ada/killed')
  await repository.write(slowBuild('survived', 3))
  const sha = await repository.commit()
  void pushInBackground(repository)
  await stateIs('ada/killed', sha, /Build/)
  await stack.parts.runner.kill('SIGKILL')
  stack.parts.runner.start()
  expect(await stack.outcome('ada/killed', sha, 'micropush/killed')).toMatchObject({ state: 'success' })
  expect((await stack.ask(stack.host('killed--ada'))).body).toBe('survived')
  const { builders, containers, work } = await stack.leftovers()
  expect({ builders, work, containers: containers.length }).toEqual({ builders: [], work: [], containers: 1 })
}, 120_000)

it('kill -9 of the runner leaves what is live serving, and it is found again', async () => {
  await using repository = await stack.repository('ada/serving')
  await repository.write(saying('still here'))
  const sha = await repository.commit()
  await repository.push()
  await stack.outcome('ada/serving', sha, 'micropush/serving')
  const host = stack.host('serving--ada')
  expect((await stack.ask(host)).body).toBe('still here')
  await stack.parts.runner.kill('SIGKILL')
  expect((await stack.ask(host)).body).toBe('still here')
  const before = (await stack.leftovers()).containers
  stack.parts.runner.start()
  await stack.healthy()
  expect((await stack.ask(host)).body).toBe('still here')
  expect((await stack.leftovers()).containers).toEqual(before)
}, 120_000)

it('kill -9 of the bot between webhook and queue loses nothing', async () => {
  await using repository = await stack.repository('ada/lost')
  await repository.write(saying('found'))
  const sha = await repository.commit()
  // With Redis stopped where it is, the bot has the webhook in its hands and cannot put it down.
  stack.parts.redis.signal('SIGSTOP')
  const push = pushInBackground(repository)
  await sleep(700)
  await stack.parts.bot.kill('SIGKILL')
  stack.parts.redis.signal('SIGCONT')
  stack.parts.bot.start()
  expect(await stack.outcome('ada/lost', sha, 'micropush/lost')).toMatchObject({ state: 'success' })
  expect((await stack.ask(stack.host('lost--ada'))).body).toBe('found')
  await push.catch(() => {})
}, 120_000)

it('Redis killed and restarted: what was queued is built, what was live is served', async () => {
  await using repository = await stack.repository('ada/redis')
  await repository.write(slowBuild('kept', 3))
  const sha = await repository.commit()
  void pushInBackground(repository)
  await stateIs('ada/redis', sha, /Build/)
  await stack.parts.redis.kill('SIGKILL')
  await sleep(500)
  stack.parts.redis.start()
  expect(await stack.outcome('ada/redis', sha, 'micropush/redis')).toMatchObject({ state: 'success' })
  expect((await stack.ask(stack.host('redis--ada'))).body).toBe('kept')
}, 120_000)

it('a webhook that comes twice makes one deployment', async () => {
  await using repository = await stack.repository('ada/twice')
  await repository.write(saying('once'))
  const sha = await repository.commit()
  const faults = { deliveries: [{ action: 'duplicate', event: 'push' }] }
  expect((await stack.api('/_faults', { method: 'POST', body: JSON.stringify(faults) })).ok).toBe(true)
  await repository.push()
  await stack.outcome('ada/twice', sha, 'micropush/twice')
  const said = (await stack.statuses('ada/twice', sha)).length
  await sleep(1500)
  expect((await stack.statuses('ada/twice', sha)).length).toBe(said)
  expect(
    (await stack.statuses('ada/twice', sha)).filter(({ description }) => description === 'Queued').length,
  ).toBeLessThanOrEqual(1)
  expect((await stack.leftovers()).containers.length).toBe(1)
}, 120_000)
