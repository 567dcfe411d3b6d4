import { expect, it } from 'vitest'
import { z } from 'zod'
import { openWorkerConnection } from '../../../contract/store/connect.ts'
import { createFairTurns } from '../../../src/jobs/fair-turns.ts'
import { createKeyedLock } from '../../../src/jobs/keyed-lock.ts'
import { startWorker, type JobResult } from '../../../src/jobs/queue.ts'
import { startParts } from '../support/bot.ts'

const done: JobResult = { kind: 'done', what: 'fine' }
const turn = { queue: 'push', key: 'a' }

it('lets so many of one key stand in line, and sends the others away for a while that grows with their number', async () => {
  const fair = createFairTurns(createKeyedLock(), 2)
  const first = Promise.withResolvers<JobResult>()
  const [one, two] = [fair(turn, () => first.promise), fair(turn, async () => done)]
  const three = await fair(turn, async () => done)
  expect(three).toMatchObject({ kind: 'later', why: 'others of it come first' })
  expect(three.kind === 'later' && three.afterMs).toBeLessThanOrEqual(500)
  for (let i = 0; i < 1000; i++) await fair(turn, async () => done)
  const last = await fair(turn, async () => done)
  expect(last.kind === 'later' && last.afterMs).toBeGreaterThanOrEqual(7_500)
  // What concerns the same repository but waits in another queue is not kept out by them.
  const other = fair({ ...turn, queue: 'pull' }, async () => done)
  first.resolve(done)
  expect(await Promise.all([one, two, other])).toEqual([done, done, done])
  expect(await fair(turn, async () => done)).toEqual(done)
})

it('counts what failed no longer', async () => {
  const fair = createFairTurns(createKeyedLock(), 1)
  await expect(fair(turn, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await fair(turn, async () => done)).toEqual(done)
})

it('keeps hands free for everybody else while one repository pushes without end', async () => {
  await using parts = await startParts()
  const connection = openWorkerConnection(parts.settings)
  const fair = createFairTurns(createKeyedLock(), 4)
  const other = Promise.withResolvers<JobResult>()
  const worker = startWorker({
    name: 'push',
    connection,
    redisPrefix: parts.settings.redisPrefix,
    concurrency: 8,
    schema: z.object({ key: z.string() }),
    handle: ({ key }) =>
      fair({ queue: 'push', key }, () => {
        if (key === 'quiet') other.resolve(done)
        // The noisy one's take until the quiet one had its turn.
        return other.promise
      }),
    longestMs: 60_000,
    log: parts.log,
  })
  try {
    await parts.queues.push.addBulk(
      [...Array.from({ length: 40 }, () => 'noisy'), 'quiet'].map((key) => ({ name: 'push', data: { key } })),
    )
    expect(await other.promise).toEqual(done)
    await expect.poll(() => parts.queues.push.getCompletedCount(), { timeout: 10_000 }).toBe(41)
  } finally {
    other.resolve(done)
    await worker.close()
    connection.disconnect()
  }
})
