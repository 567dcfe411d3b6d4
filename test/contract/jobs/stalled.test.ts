import { Queue, Worker } from 'bullmq'
import { afterEach, expect, it } from 'vitest'
import { stalledOptions, watchStalled } from '../../../contract/jobs/stalled.ts'
import { openWorkerConnection } from '../../../contract/store/connect.ts'
import { startTestRedis } from '../../support/redis.ts'

const redis = await startTestRedis()
const connection = openWorkerConnection({ redis: redis.socket, redisPrefix: 'test' })
const stop = new AbortController()
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  stop.abort()
  for (const close of closing) await close()
  connection.disconnect()
  await redis[Symbol.asyncDispose]()
})

const quick = { lockDuration: 100, stalledInterval: 20 }

function work(name: string, handle: () => Promise<string>, over: object = quick): Worker {
  const worker = new Worker(name, handle, { connection, ...stalledOptions, maxStalledCount: 3, ...over })
  closing.push(() => worker.close(true))
  return worker
}

async function calls(command: string): Promise<number> {
  const stats = await connection.info('commandstats')
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
}

async function scriptsWithinFiveQuestions(): Promise<number> {
  const [scripts, questions] = [await calls('evalsha'), await calls('exists')]
  await expect.poll(() => calls('exists')).toBeGreaterThan(questions + 5)
  return (await calls('evalsha')) - scripts
}

it('begins a job again whose worker died, and asks one question at a time while nothing is worked on', async () => {
  const errors: unknown[] = []
  const stalled: string[] = []
  const queues = ['one', 'two', 'three'].map((name) => new Queue(name, { connection }))
  closing.push(...queues.map((queue) => () => queue.close()))
  const hanging = Promise.withResolvers<void>()
  const dying = work('one', () => {
    hanging.resolve()
    return new Promise(() => {})
  })
  const job = await queues[0]?.add('job', {})
  await hanging.promise
  await dying.close(true)

  const done = Promise.withResolvers<string | undefined>()
  const workers = queues.map(({ name }) => work(name, () => Promise.resolve('done')))
  workers[0]?.on('completed', ({ id }) => done.resolve(id))
  const { signal } = stop
  void watchStalled({
    redis: connection,
    workers,
    signal,
    everyMs: 40,
    onStalled: (id) => stalled.push(id),
    onError: (error) => errors.push(error),
  })
  expect(await done.promise).toBe(job?.id)
  expect(stalled).toEqual([job?.id])

  // What ends that job is a script as well.
  await expect.poll(scriptsWithinFiveQuestions).toBe(0)
  expect(errors).toEqual([])
})
