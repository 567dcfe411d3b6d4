import { afterAll, expect, it } from 'vitest'
import { newDeploymentId } from '../../contract/deployment.ts'
import type { PushJob } from '../../contract/jobs/events.ts'
import { addDeploy, addDestroy, addEvent, addReport, openQueues, queuePrefix } from '../../contract/queue.ts'
import { openStore } from '../../contract/store/connect.ts'
import { startTestRedis } from '../support/redis.ts'
import { openTestStore } from '../support/store.ts'

const store = await openTestStore()
const queues = openQueues(store.redis, 'test')
afterAll(async () => {
  await queues.close().catch(() => {})
})

const push: PushJob = {
  deliveryId: '6f1c2a00-0000-4000-8000-000000000001',
  installationId: 1,
  repositoryId: 7,
  owner: 'ada',
  repository: 'hello',
  defaultBranch: 'main',
  branch: 'main',
  sha: 'a'.repeat(40),
  sequence: 1,
  receivedAtMs: 1,
}
const waiting = async (queue: 'push' | 'work' | 'end' | 'report') =>
  (await queues[queue].getJobs(['waiting'])).map((job) => job.data as unknown)

it('the same delivery is noted once', async () => {
  await addEvent(queues, { queue: 'push', job: push })
  await addEvent(queues, { queue: 'push', job: { ...push, sequence: 2 } })
  expect(await waiting('push')).toEqual([push])
})

it('a deployment has one job, and may get another when that is gone', async () => {
  const id = newDeploymentId()
  await addDeploy(queues, id)
  await addDeploy(queues, id)
  expect(await waiting('work')).toEqual([{ kind: 'deploy', deploymentId: id }])
  await queues.work.remove(id)
  await addDeploy(queues, id)
  expect(await waiting('work')).toHaveLength(1)
})

it('ends have a queue of their own, and no job when there is nothing to end', async () => {
  await addDestroy(queues, [])
  await addDestroy(queues, ['d1', 'd2'])
  expect(await waiting('end')).toEqual([{ kind: 'destroy', deploymentIds: ['d1', 'd2'] }])
  expect(await waiting('work')).toEqual([])
})

it('each report is a job, because the state may have changed between them', async () => {
  await addReport(queues, { kind: 'deployment', deploymentId: 'd1' })
  await addReport(queues, { kind: 'deployment', deploymentId: 'd1' })
  expect(await waiting('report')).toHaveLength(2)
})

it('a job of a wrong form is refused before it is noted', async () => {
  await expect(addEvent(queues, { queue: 'push', job: { ...push, sha: 'main' } })).rejects.toThrow()
  expect(await waiting('push')).toEqual([])
})

it('everything is below the prefix, so that two instances share a Redis', async () => {
  await addReport(queues, { kind: 'deployment', deploymentId: 'd1' })
  const keys = await store.redis.keys('*')
  expect(keys.filter((key) => !key.startsWith(`${queuePrefix('test')}:`))).toEqual([])
})

it('adding fails within seconds while Redis is away, so that a webhook is answered', async () => {
  await using other = await startTestRedis()
  const away = openStore({ redis: other.socket, redisPrefix: 'test' })
  const offline = openQueues(away.redis, 'test')
  await offline.push.waitUntilReady()
  await other.kill()
  await expect(addEvent(offline, { queue: 'push', job: push })).rejects.toThrow()
  away.redis.disconnect()
}, 10_000)
