import type { Worker } from 'bullmq'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { addReport } from '../../../contract/queue.ts'
import { openWorkerConnection } from '../../../contract/store/connect.ts'
import { backOff, startWorker, type JobResult } from '../../../src/jobs/queue.ts'
import { startParts, type Parts } from '../support/bot.ts'

let parts: Parts
let close: (() => Promise<void>) | undefined

beforeEach(async () => {
  parts = await startParts()
})

afterEach(async () => {
  await close?.()
  await parts[Symbol.asyncDispose]()
})

type Event = 'completed' | 'failed'

/** Starts a worker whose first job is handled by the first function, and so on. */
function start(...handlers: (() => Promise<JobResult>)[]): {
  next: (event: Event) => Promise<unknown>
  handled: number[]
} {
  const connection = openWorkerConnection(parts.settings)
  const handled: number[] = []
  const worker: Worker = startWorker({
    name: 'report',
    connection,
    redisPrefix: parts.settings.redisPrefix,
    concurrency: 1,
    schema: z.looseObject({ kind: z.literal('deployment') }),
    handle: () => {
      handled.push(Date.now())
      const handle = handlers.shift()
      if (handle === undefined) throw new Error('handled once too often')
      return handle()
    },
    longestMs: 60_000,
    log: parts.log,
  })
  close = async () => {
    await worker.close()
    connection.disconnect()
  }
  const next = async (event: Event) => {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    if (event === 'completed') worker.once('completed', (_, result: unknown) => resolve(result))
    else worker.once('failed', (_, error) => resolve(error.message))
    return promise
  }
  return { next, handled }
}

function refused(status: number, headers: Record<string, string> = {}): () => Promise<JobResult> {
  return () => Promise.reject(Object.assign(new Error(`refused ${status}`), { status, response: { headers } }))
}

const done = () => Promise.resolve<JobResult>({ kind: 'done', what: 'fine' })
const job = { kind: 'deployment', deploymentId: 'd1' } as const

describe('a worker', () => {
  it('ends a job that GitHub refuses for good, and says so once', async () => {
    const { next, handled } = start(refused(422))
    const result = next('completed')
    await addReport(parts.queues, job)
    expect(await result).toBe('refused with 422')
    expect(handled).toHaveLength(1)
    expect(parts.lines.filter((line) => line.includes('GitHub refuses this for good'))).toHaveLength(1)
  })

  it('waits as long as GitHub asks, without counting it as a failure', async () => {
    const { next, handled } = start(refused(429, { 'retry-after': '1' }), done)
    const result = next('completed')
    await addReport(parts.queues, job)
    expect(await result).toBe('fine')
    const [first, second] = handled
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(990)
    expect(parts.lines.filter((line) => line.includes('job failed'))).toEqual([])
  })

  it('tries again after a failure', async () => {
    const { next } = start(refused(500), done)
    const failure = next('failed')
    const result = next('completed')
    await addReport(parts.queues, job)
    expect(await failure).toBe('refused 500')
    expect(await result).toBe('fine')
  })

  it('drops a job of an unknown form', async () => {
    const { next, handled } = start()
    const result = next('completed')
    await parts.queues.report.add('report', { kind: 'something' })
    expect(await result).toBe('of an unknown form')
    expect(handled).toEqual([])
  })

  it('takes up its work again after Redis was killed and came back', async () => {
    const { next } = start(done, done)
    const first = next('completed')
    await addReport(parts.queues, job)
    await first
    await parts.redis.kill()
    await parts.redis.restart()
    const second = next('completed')
    await addReport(parts.queues, job)
    expect(await second).toBe('fine')
  })
})

it('backs off from a second to five minutes', () => {
  expect(backOff(1)).toBeLessThanOrEqual(1000)
  expect(backOff(1)).toBeGreaterThanOrEqual(800)
  expect(backOff(30)).toBeLessThanOrEqual(300_000)
  expect(backOff(30)).toBeGreaterThanOrEqual(240_000)
})
