import { afterAll, beforeAll, expect, it } from 'vitest'
import { queueNames } from '../../../contract/jobs/queue-names.ts'
import { reportJob } from '../../../contract/jobs/report.ts'
import { openWorkerConnection } from '../../../contract/store/connect.ts'
import { startWorker } from '../../../src/jobs/queue.ts'
import { handleReport } from '../../../src/report/handle-report.ts'
import { startBench, type Bench } from './support.ts'

/** At one write a second after a burst of ten, of which four are kept for final statuses. */
const DEPLOYMENTS = 30

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

it('tells the last final status within the floor of the throttle, with everything else there is to tell in the same queue', async () => {
  const { parts } = bench
  const ids = await Promise.all(
    Array.from({ length: DEPLOYMENTS }, (_, index) => bench.deployment({ micro: `m${index}` })),
  )
  for (const id of ids) await bench.report(id)
  const connection = openWorkerConnection(parts.settings)
  const deps = { ...bench.deps, now: Date.now }
  const worker = startWorker({
    name: queueNames.report,
    connection,
    redisPrefix: parts.settings.redisPrefix,
    concurrency: 8,
    schema: reportJob,
    longestMs: 3600_000,
    log: parts.log,
    handle: (job, id) => handleReport(job, id, deps),
  })
  try {
    // Nothing has been told of most of them yet when all are live at once.
    for (const id of ids) await bench.goLive(id)
    const began = Date.now()
    for (const id of ids) await bench.report(id)
    const states = async () => {
      const { data } = await bench.octokit.rest.repos.getCombinedStatusForRef({
        ...bench.repo,
        ref: bench.sha,
        per_page: 100,
      })
      return data.statuses.filter(({ state }) => state === 'success').length
    }
    await expect.poll(states, { timeout: 60_000, interval: 200 }).toBe(DEPLOYMENTS)
    const tookSeconds = (Date.now() - began) / 1000
    console.log(`${DEPLOYMENTS} final statuses after ${tookSeconds.toFixed(1)} s; the floor is ${DEPLOYMENTS - 10} s`)
    expect(tookSeconds).toBeGreaterThan(DEPLOYMENTS - 10 - 1)
    expect(tookSeconds).toBeLessThan(DEPLOYMENTS + 5)
  } finally {
    await worker.close()
    connection.disconnect()
  }
  const refused = parts.lines.filter((line) => line.includes('job given up') || line.includes('tried again'))
  expect(refused).toEqual([])
})
