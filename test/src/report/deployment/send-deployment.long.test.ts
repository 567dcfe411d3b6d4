import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { endTarget } from '../../../../contract/store/micros.ts'
import { nextSequence } from '../../../../contract/store/deployments.ts'
import { preview, startBench, type Bench } from '../support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

let sha: string
beforeEach(async () => {
  sha = await bench.commit()
})

async function told(of = sha) {
  const { data } = await bench.octokit.rest.repos.listDeployments({ ...bench.repo, sha: of })
  return Promise.all(
    data.map(async (deployment) => {
      const place = { ...bench.repo, deployment_id: deployment.id }
      const { data: statuses } = await bench.octokit.rest.repos.listDeploymentStatuses(place)
      return { deployment, states: statuses.map(({ state }) => state as string).toReversed(), last: statuses[0] }
    }),
  )
}

it('is created once, goes through its states and ends with the endpoint', async () => {
  const id = await bench.deployment({ sha })
  await bench.report(id)
  await bench.settle()
  await bench.build(id)
  await bench.report(id)
  await bench.settle()
  await bench.goLive(id)
  await bench.report(id)
  await bench.report(id)
  await bench.settle()
  const all = await told()
  expect(all).toHaveLength(1)
  expect(all[0]?.deployment).toMatchObject({
    sha,
    ref: sha,
    task: 'deploy:hello',
    environment: 'production',
    production_environment: true,
    transient_environment: false,
    description: 'hello',
    payload: { micropush: { deployment: id, activation: 1 } },
  })
  expect(all[0]?.states).toEqual(['queued', 'in_progress', 'success'])
  expect(all[0]?.last).toMatchObject({
    environment_url: 'http://hello--ada.localhost:8080',
    log_url: `http://bot.test/d/${id}`,
  })
})

it('asks GitHub for no merge, and for no other status to be good first', async () => {
  const sent: unknown[] = []
  const client = bench.parts.github.forInstallation(bench.installationId)
  client.hook.before('request', (options) => void sent.push(options))
  await bench.report(await bench.deployment({ sha }))
  await bench.settle()
  expect(sent).toContainEqual(expect.objectContaining({ ref: sha, auto_merge: false, required_contexts: [] }))
})

it('leaves out what has passed when its turn comes', async () => {
  const id = await bench.deployment({ sha })
  await bench.report(id)
  await bench.build(id)
  await bench.report(id)
  await bench.goLive(id)
  await bench.report(id)
  await bench.settle()
  expect((await told())[0]?.states).toEqual(['success'])
})

it('ends the former one of the same micro, and leaves another micro of the same environment alone', async () => {
  const [web, api] = [await bench.deployment({ sha, micro: 'web' }), await bench.deployment({ sha, micro: 'api' })]
  for (const id of [web, api]) {
    await bench.goLive(id)
    await bench.report(id)
  }
  await bench.settle()
  const next = await bench.commit()
  const newer = await bench.deployment({ sha: next, micro: 'web' })
  await bench.goLive(newer)
  await bench.report(newer)
  await bench.settle()
  const states = new Map((await told()).map((one) => [one.deployment.task, one.last?.state]))
  expect(Object.fromEntries(states)).toEqual({ 'deploy:web': 'inactive', 'deploy:api': 'success' })
  expect((await told(next))[0]?.states).toEqual(['success'])
})

it('gets a new one for each time that it was put into production again', async () => {
  const id = await bench.deployment({ sha, micro: 'back' })
  await bench.goLive(id)
  await bench.report(id)
  await bench.settle()
  await bench.store.redis.hset(bench.store.keys.deployment(id), 'outcome:activation', '2')
  await bench.report(id)
  await bench.settle()
  const all = await told()
  const byActivation = all.map(({ deployment, last }) => [deployment.payload, last?.state])
  expect(byActivation).toEqual([
    [{ micropush: { deployment: id, activation: 2 } }, 'success'],
    [{ micropush: { deployment: id, activation: 1 } }, 'inactive'],
  ])
})

it('is transient for a preview, and inactive when that has ended', async () => {
  const id = await bench.deployment({ sha, target: preview(7) })
  await bench.goLive(id)
  await bench.report(id)
  await bench.settle()
  const key = `${bench.repositoryId}/hello/pr-7`
  await endTarget(bench.store, { targetKey: key, sequence: await nextSequence(bench.store) })
  await bench.report(id)
  await bench.settle()
  const [one] = await told()
  expect(one?.deployment).toMatchObject({
    environment: 'preview/pr-7',
    production_environment: false,
    transient_environment: true,
  })
  expect(one?.states).toEqual(['success', 'inactive'])
})

it('says whose fault it is that one failed', async () => {
  const mine = await bench.deployment({ sha, micro: 'mine' })
  await bench.fail(mine, { code: 'build-failed', message: 'tsc says no' })
  const theirs = await bench.deployment({ sha, micro: 'theirs' })
  await bench.fail(theirs, { code: 'disk-full', message: 'no room' })
  for (const id of [mine, theirs]) await bench.report(id)
  await bench.settle()
  const last = (await told()).map(({ deployment, last: one }) => [deployment.task, one?.state, one?.description])
  expect(last.toSorted()).toEqual([
    ['deploy:mine', 'failure', 'tsc says no'],
    ['deploy:theirs', 'error', 'no room'],
  ])
})

it('is not made for what is held, skipped, or was superseded before anything was said of it', async () => {
  const held = await bench.deployment({ sha, micro: 'held' }, 'held')
  const older = await bench.deployment({ sha, micro: 'over' })
  const newer = await bench.deployment({ sha: await bench.commit(), micro: 'over' })
  for (const id of [held, older]) await bench.report(id)
  await bench.settle()
  expect(await told()).toEqual([])
  expect(newer).not.toBe(older)
})

it('is not made twice when the answer to the first request is lost, or the bot dies before it is noted', async () => {
  const id = await bench.deployment({ sha, micro: 'lost' })
  await bench.faults([{ method: 'POST', path: '/deployments$', hangUp: 'after' }])
  await bench.report(id)
  await bench.settle()
  expect((await told())[0]?.states).toEqual(['queued'])
  await bench.store.redis.hset(bench.store.keys.told(id), 'deployment:1', '{}')
  bench.restart()
  await bench.report(id)
  await bench.settle()
  expect(await told()).toHaveLength(1)
})

it('is told of further when GitHub says for once that it is not there', async () => {
  const id = await bench.deployment({ sha, micro: 'hidden' })
  await bench.faults([{ method: 'POST', path: '/deployments/[0-9]+/statuses', status: 404 }])
  await bench.report(id)
  await bench.settle()
  await bench.goLive(id)
  await bench.report(id)
  await bench.settle()
  expect((await told())[0]?.states).toEqual(['queued', 'success'])
})

it('is not made again when somebody deleted it', async () => {
  const id = await bench.deployment({ sha, micro: 'deleted' })
  await bench.report(id)
  await bench.settle()
  const [first] = await told()
  const place = { ...bench.repo, deployment_id: first?.deployment.id ?? 0 }
  await bench.octokit.rest.repos.createDeploymentStatus({ ...place, state: 'inactive' })
  await bench.octokit.rest.repos.deleteDeployment(place)
  await bench.goLive(id)
  await bench.report(id)
  await bench.settle()
  expect(await told()).toEqual([])
})

it('is right in the end whatever GitHub answers in between', async () => {
  const id = await bench.deployment({ sha, micro: 'faults' })
  await bench.goLive(id)
  await bench.faults([
    { method: 'POST', path: '/deployments$', status: 500 },
    { method: 'POST', path: '/deployments$', status: 403, retryAfter: 30 },
    { method: 'POST', path: '/deployments/\\d+/statuses', status: 429, retryAfter: 5 },
    { method: 'POST', path: '/deployments/\\d+/statuses', status: 502 },
  ])
  await bench.report(id)
  await bench.settle()
  expect((await told())[0]?.states).toEqual(['success'])
})
