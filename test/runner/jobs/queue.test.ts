import { afterEach, beforeEach, expect, it } from 'vitest'
import { Worker } from 'bullmq'
import { addDeploy, addDestroy, queuePrefix } from '../../../contract/queue.ts'
import { queueNames } from '../../../contract/jobs/queue-names.ts'
import { defaultLimits } from '../../../contract/limits.ts'
import { openWorkerConnection } from '../../../contract/store/connect.ts'
import { getDeployment } from '../../../contract/store/deployments.ts'
import { Overtaken } from '../../../runner/overtaken.ts'
import { openWorkQueue, type WorkQueue } from '../../../runner/jobs/queue.ts'
import { startTestRunner, type TestRunner } from '../support/runner.ts'

let parts: TestRunner
let queue: WorkQueue | undefined
beforeEach(async () => {
  parts = await startTestRunner()
})
afterEach(async () => {
  await queue?.close()
  queue = undefined
  await parts[Symbol.asyncDispose]()
})

const stateOf = async (id: string) => (await getDeployment(parts.runner.store, id))?.state

it('a deployment is worked on, and its job is gone afterwards', async () => {
  const { id } = await parts.queued()
  const settings = { ...parts.runner.settings, sockets: { ...parts.runner.settings.sockets, bot: '/nobody' } }
  queue = openWorkQueue({ ...parts.runner, settings })
  await addDeploy(parts.runner.queues, id)
  await expect.poll(() => stateOf(id)).toBe('fetching')
})

it('an end does not wait for builds, however few of them there may be at once', async () => {
  const settings = { ...parts.runner.settings, parallelBuilds: 1 }
  queue = openWorkQueue({ ...parts.runner, settings })
  // The bot is away: the only build there may be waits for it.
  const { id } = await parts.queued()
  await addDeploy(parts.runner.queues, id)
  await expect.poll(() => stateOf(id)).toBe('fetching')
  parts.runner.fleet.adopt(parts.sandbox('other'), 'hot')
  await addDestroy(parts.runner.queues, ['other'])
  await expect.poll(() => parts.did.at(-1), { timeout: 5000 }).toMatch(/^destroy/)
  expect(await stateOf(id)).toBe('fetching')
})

it('an owner who has as many builds as one may have waits, and others are built meanwhile', async () => {
  const settings = { ...parts.runner.settings, parallelBuilds: 2, buildsPerOwner: 1 }
  queue = openWorkQueue({ ...parts.runner, settings })
  // The bot is away: each build that has begun waits for it.
  const push = async (owner: string, name: string, repositoryId: number) => {
    const config = { name, src: '.', env: {}, secrets: [], limits: defaultLimits }
    const { id } = await parts.queued({ owner, repository: name, repositoryId, config })
    await addDeploy(parts.runner.queues, id)
    return id
  }
  const first = await push('ada', 'a', 101)
  await expect.poll(() => stateOf(first)).toBe('fetching')
  const second = await push('Ada', 'b', 102)
  const job = async () => (await parts.runner.queues.work.getJob(second))?.getState()
  await expect.poll(job).toBe('delayed')
  const other = await push('bob', 'c', 103)
  await expect.poll(() => stateOf(other)).toBe('fetching')
  expect(await stateOf(second)).toBe('queued')

  // The first one ends: the place is the second one's.
  await parts.runner.works.stop(first, new Overtaken())
  await expect.poll(() => stateOf(second), { timeout: 10_000 }).toBe('fetching')
})

it('a build whose runner goes down is there for the next one', async () => {
  const { id } = await parts.queued()
  const first = openWorkQueue(parts.runner)
  await addDeploy(parts.runner.queues, id)
  await expect.poll(() => stateOf(id)).toBe('fetching')
  await first.close()
  const job = await parts.runner.queues.work.getJob(id)
  expect(await job?.getState()).toMatch(/delayed|waiting/)
  expect(await stateOf(id)).toBe('fetching')
})

it('a deployment whose runner died under it too often has failed at once, and is reported', async () => {
  const { id } = await parts.queued()
  await addDeploy(parts.runner.queues, id)
  await dieUnder(id)
  queue = openWorkQueue(parts.runner)
  await expect.poll(() => stateOf(id), { timeout: 15_000, interval: 100 }).toBe('failed')
  expect(await getDeployment(parts.runner.store, id)).toMatchObject({
    outcome: { error: { code: 'internal', message: expect.stringContaining('interrupted again and again') as string } },
  })
  await expect.poll(() => parts.report()).toEqual([id])
})

it('a job of an unknown form is dropped and holds nothing up', async () => {
  queue = openWorkQueue(parts.runner)
  await parts.runner.queues.work.add('odd', { kind: 'explode' })
  await expect.poll(() => parts.logged.map(({ msg }) => msg)).toContain('a job failed')
})

/** Takes the job as a runner would that dies then, after it was begun again as often as may be. */
async function dieUnder(id: string): Promise<void> {
  const connection = openWorkerConnection(parts.runner.settings)
  const prefix = queuePrefix(parts.runner.settings.redisPrefix)
  const worker = new Worker(queueNames.work, undefined, { connection, prefix, autorun: false, lockDuration: 1 })
  expect((await worker.getNextJob('a dead runner'))?.id).toBe(id)
  await worker.close()
  connection.disconnect()
  await parts.runner.store.redis.hset(`${prefix}:${queueNames.work}:${id}`, 'stc', '3')
}
