import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newDeploymentId } from '../../../contract/deployment.ts'
import { platformLimits } from '../../../contract/limits.ts'
import { getDeployment } from '../../../contract/store/deployments.ts'
import { takeLease } from '../../../contract/store/leases.ts'
import { readLog } from '../../../contract/store/logs/deployment-logs.ts'
import { endTarget, publishDeployment } from '../../../contract/store/micros.ts'
import { unsettledDeployments } from '../../../contract/store/unsettled.ts'
import { hostsOf } from '../../../runner/lifecycle/routes.ts'
import { publish } from '../../../runner/publish.ts'
import { giveUp, runDeploy } from '../../../runner/jobs/run-deploy.ts'
import { runDestroy } from '../../../runner/jobs/run-destroy.ts'
import { goLive } from '../support/go-live.ts'
import { startTestRunner, type TestRunner } from '../support/runner.ts'

let parts: TestRunner
let bot: Server
let botAnswers: number
/** Resolves with each request for source. */
let asked = Promise.withResolvers<void>()
const never = new AbortController().signal

beforeEach(async () => {
  parts = await startTestRunner()
  botAnswers = 410
  bot = createServer((request, response) => {
    asked.resolve()
    asked = Promise.withResolvers()
    // 0 stands for a bot that never answers.
    if (botAnswers !== 0) response.writeHead(botAnswers).end()
    request.resume()
  }).listen(parts.runner.settings.sockets.bot)
  await once(bot, 'listening')
})
afterEach(async () => {
  bot.close()
  bot.closeAllConnections()
  await parts[Symbol.asyncDispose]()
})

const stateOf = async (id: string) => (await getDeployment(parts.runner.store, id))?.state
const deployWork = (deploymentId: string, over = {}) => ({ deploymentId, lastTry: false, signal: never, ...over })

describe('a deployment', () => {
  it('that fails is noted with whose fault it is, told in its log, and reported', async () => {
    const { id } = await parts.queued()
    expect(await runDeploy(parts.runner, deployWork(id))).toEqual({ kind: 'done' })
    expect(await getDeployment(parts.runner.store, id)).toMatchObject({
      state: 'failed',
      outcome: { error: { code: 'source-gone' } },
    })
    expect(await readLog(parts.runner.store, id)).toMatch(/Failed: GitHub does not have this commit/)
    expect(await parts.report()).toContain(id)
  })

  it('that nobody knows, or that has ended, is done', async () => {
    expect(await runDeploy(parts.runner, deployWork(newDeploymentId()))).toEqual({ kind: 'done' })
    const { id } = await parts.queued()
    await endTarget(parts.runner.store, { targetKey: '7/hello', sequence: 99 })
    expect(await runDeploy(parts.runner, deployWork(id))).toEqual({ kind: 'done' })
    expect(await stateOf(id)).toBe('cancelled')
  })

  it('waits while another one of its micro is built', async () => {
    const { id } = await parts.queued()
    await takeLease(parts.runner.store, { targetKey: '7/hello', owner: 'another', ttlMs: 60_000 })
    expect(await runDeploy(parts.runner, deployWork(id))).toEqual({ kind: 'busy' })
    expect(await stateOf(id)).toBe('queued')
  })

  it('stops, and waits its turn, when it lost the right to build to another', async () => {
    botAnswers = 0
    const { id } = await parts.queued()
    const { promise } = asked
    const end = runDeploy(parts.runner, deployWork(id))
    await promise
    const { redis, keys } = parts.runner.store
    await redis.set(keys.lease('7/hello'), 'another')
    expect(await end).toEqual({ kind: 'busy' })
    expect(await redis.get(keys.lease('7/hello'))).toBe('another')
  })

  it('gives the right to build back', async () => {
    const { id } = await parts.queued()
    await runDeploy(parts.runner, deployWork(id))
    expect(await takeLease(parts.runner.store, { targetKey: '7/hello', owner: 'another', ttlMs: 1000 })).toBe(true)
  })

  it('stops when the runner goes down, and stays pending for the next one', async () => {
    botAnswers = 0
    const { id } = await parts.queued()
    const stop = new AbortController()
    const { promise } = asked
    const end = runDeploy(parts.runner, deployWork(id, { signal: stop.signal }))
    await promise
    stop.abort()
    expect(await end).toEqual({ kind: 'stopped' })
    expect(await stateOf(id)).toBe('fetching')
  })

  it('whose micro was ended meanwhile is stopped at once, and is no failure', async () => {
    botAnswers = 0
    const { id } = await parts.queued()
    const { promise } = asked
    const end = runDeploy(parts.runner, deployWork(id))
    await promise
    await endTarget(parts.runner.store, { targetKey: '7/hello', sequence: 99 })
    expect(await runDestroy(parts.runner, [id], never)).toEqual({ kind: 'done' })
    // Told once its work is over, and not before.
    expect(await parts.report()).toContain(id)
    expect(await end).toEqual({ kind: 'done' })
    expect(await stateOf(id)).toBe('cancelled')
  })

  it('is worked on once when its job is begun again beside itself', async () => {
    botAnswers = 0
    let requests = 0
    bot.on('request', () => (requests += 1))
    const { id } = await parts.queued()
    const stop = new AbortController()
    const { promise } = asked
    const first = runDeploy(parts.runner, deployWork(id, { signal: stop.signal }))
    await promise
    const second = runDeploy(parts.runner, deployWork(id, { signal: stop.signal }))
    stop.abort()
    expect([await first, await second]).toEqual([{ kind: 'stopped' }, { kind: 'stopped' }])
    expect(requests).toBe(1)
  })

  it('that the queue has given up has failed, in words, and is reported', async () => {
    const { id } = await parts.queued()
    await giveUp(parts.runner, id, new Error('job stalled more than allowable limit'))
    expect(await getDeployment(parts.runner.store, id)).toMatchObject({
      state: 'failed',
      outcome: {
        error: { code: 'internal', message: expect.stringContaining('interrupted again and again') as string },
      },
    })
    expect(await parts.report()).toEqual([id])
  })

  it('that ended without its report being queued gets one when its job runs again', async () => {
    const { id } = await parts.queued()
    await runDeploy(parts.runner, deployWork(id))
    await parts.runner.queues.report.drain()
    await runDeploy(parts.runner, deployWork(id))
    expect(await parts.report()).toEqual([id])
  })
})

describe('going live', () => {
  it('routes both hosts to the sandbox, which sleeps at once, and keeps the former one frozen for a while', async () => {
    const former = await goLive(parts)
    const { deployment, sandbox } = await goLive(parts)
    expect(await stateOf(deployment.id)).toBe('live')
    const hosts = hostsOf(deployment, parts.runner.settings)
    expect(hosts).toHaveLength(2)
    for (const host of hosts) expect(parts.runner.routed.get(host)?.deploymentId).toBe(deployment.id)
    expect([...parts.runner.inProduction]).toEqual([deployment.id])
    await expect.poll(() => parts.did).toEqual([`freeze ${former.sandbox.id}`, `freeze ${sandbox.id}`])
    const coldMs = [former, { deployment }].map((one) => parts.runner.policies.of(one.deployment.id).coldMs / 60_000)
    expect(coldMs).toEqual([1, 30])
  })

  it('ends the sandbox of one that was cancelled while it was started', async () => {
    const deployment = await parts.starting()
    const sandbox = parts.sandbox(deployment.id)
    await endTarget(parts.runner.store, { targetKey: '7/hello', sequence: 99 })
    await expect(publish(parts.runner, { deployment, sandbox, timings: () => ({}) })).rejects.toThrow()
    expect(parts.runner.fleet.sandbox(deployment.id)).toBeUndefined()
    expect(parts.runner.routed.size).toBe(0)
  })

  it('is superseded by a newer one that was quicker', async () => {
    const older = await parts.starting()
    const newer = await goLive(parts)
    await expect(
      publish(parts.runner, { deployment: older, sandbox: parts.sandbox(older.id), timings: () => ({}) }),
    ).rejects.toThrow()
    expect(await getDeployment(parts.runner.store, older.id)).toMatchObject({
      state: 'superseded',
      outcome: { supersededBy: newer.deployment.sha },
    })
    expect(await parts.report()).toContain(older.id)
  })

  it('notices that the sandbox ended before anybody listened', async () => {
    const deployment = await parts.starting()
    const sandbox = parts.sandbox(deployment.id)
    parts.containers.set(sandbox.containerId, false)
    await publish(parts.runner, { deployment, sandbox, timings: () => ({}) })
    expect(parts.runner.fleet.known()).toEqual([])
    expect(await readLog(parts.runner.store, deployment.id)).toContain('ended by itself with exit code 3')
  })

  it('goes through when the answer of Redis is lost on the way', async () => {
    const deployment = await parts.starting()
    const sandbox = parts.sandbox(deployment.id)
    const before = publish(parts.runner, { deployment, sandbox, timings: () => ({}) })
    // The script has been sent and is carried out; its answer is never read.
    parts.runner.store.redis.stream.destroy()
    await before
    expect(await stateOf(deployment.id)).toBe('live')
    expect(parts.runner.fleet.sandbox(deployment.id)).toEqual(sandbox)
    expect(parts.runner.routed.size).toBe(2)
  })

  it('is made up for when the runner died between the record and the rest', async () => {
    const deployment = await parts.starting()
    const hosts = hostsOf(deployment, parts.runner.settings)
    await publishDeployment(parts.runner.store, { deployment, hosts, outcome: {} })
    expect(await runDeploy(parts.runner, deployWork(deployment.id))).toEqual({ kind: 'done' })
    expect([...parts.runner.routed.keys()]).toEqual(hosts)
    expect(await parts.report()).toEqual([deployment.id])
  })

  it('does not take a host back from one that is newer when its job runs again', async () => {
    const former = await goLive(parts)
    const { deployment } = await goLive(parts)
    await runDeploy(parts.runner, deployWork(former.deployment.id))
    const [production] = hostsOf(deployment, parts.runner.settings)
    expect(parts.runner.routed.get(production)?.deploymentId).toBe(deployment.id)
    expect([...parts.runner.inProduction]).toEqual([deployment.id])
  })

  it('asks for the end of those that are too many, and leaves none of them unsettled', async () => {
    const all = []
    for (let n = 0; n < platformLimits.keptDeployments + 2; n += 1) all.push((await goLive(parts)).deployment.id)
    await runDeploy(parts.runner, deployWork(all.at(-1) ?? ''))
    const jobs = await parts.runner.queues.end.getJobs(['waiting'])
    expect(jobs.flatMap((job) => (job.data as { deploymentIds: string[] }).deploymentIds).toSorted()).toEqual(
      all.slice(0, 2).toSorted(),
    )
    expect(await unsettledDeployments(parts.runner.store)).toEqual([])
  })
})
