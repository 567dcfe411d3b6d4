import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { platformLimits } from '../../../contract/limits.ts'
import { ask, isolationsHere, probe, runInside } from '../sandbox/stage.ts'
import { openLogStage, type LogStage } from './log-stage.ts'

const MB = 1024 * 1024

describe.each(await isolationsHere())('the bounds of an app’s log under %s', (isolation) => {
  let at: LogStage
  beforeAll(async () => {
    at = await openLogStage(isolation)
  })
  afterAll(() => at.close())

  test('cuts lines without an end, and says how much was too much', async () => {
    const sandbox = await at.stage.start(probe)
    at.logs.follow(sandbox)
    await runInside(sandbox, `process.stdout.write('x'.repeat(40000) + '\\n'); return 1`)
    await expect
      .poll(async () => (await at.texts(sandbox.deploymentId)).map(({ length }) => length))
      .toEqual([16384, 16384, 7232])
    await runInside(
      sandbox,
      `process.stdout.write(Array.from({ length: 50000 }, (_, i) => i).join('\\n') + '\\n'); return 1`,
    )
    await expect
      .poll(async () => (await at.texts(sandbox.deploymentId)).at(-1), { timeout: 20_000 })
      .toMatch(/^\d+ lines or more .* were left out/)
    const lines = await at.written(sandbox.deploymentId)
    // However long Docker takes to read them all on a busy machine: no second has more than it may.
    const seconds = Map.groupBy(
      lines.filter(({ stream }) => stream === 'out'),
      ({ atMs }) => Math.floor(atMs / 1000),
    )
    for (const [, written] of seconds) expect(written.length).toBeLessThanOrEqual(platformLimits.appLogLinesPerSecond)
  })

  test('stays bounded, in memory and in Redis, while the app writes 100 MB as fast as it can and keeps answering', async () => {
    const sandbox = await at.stage.start({
      files: {
        'index.js': `
          const block = Buffer.from(('y'.repeat(99) + '\\n').repeat(1000)); let blocks = 0; const fs = require('fs')
          const step = () => { for (let i = 0; i < 10; i++) { fs.writeSync(1, block); blocks += 1 } if (blocks < 1000) setImmediate(step); else console.log('written') }
          module.exports = (q, r) => { if (q.url === '/write') step(); r.end(String(blocks)) }`,
      },
    })
    at.logs.follow(sandbox)
    const other = await at.stage.start({
      files: { 'index.js': `module.exports = (q, r) => { console.log(q.url); r.end('ok') }` },
    })
    at.logs.follow(other)
    // What is held, not what waits for the collector: on a busy machine that comes late.
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const bytes = () => {
      collect()
      const { heapUsed, external, arrayBuffers } = process.memoryUsage()
      return heapUsed + external + arrayBuffers
    }
    const before = bytes()
    let most = 0
    let slowest = 0
    await ask(sandbox, '/write')
    for (let answers = 0, done = false; !done; answers += 1) {
      const started = performance.now()
      done = (await ask(sandbox)).body === '1000'
      slowest = Math.max(slowest, performance.now() - started)
      await ask(other, `/${answers}`)
      if (answers % 5 === 0) most = Math.max(most, bytes() - before)
    }
    expect(slowest).toBeLessThan(2000)
    expect(most).toBeLessThan(64 * MB)
    // The neighbour's few lines are all there, whatever the loud one does.
    await expect.poll(async () => (await at.texts(other.deploymentId)).length).toBeGreaterThan(0)
    const [first, ...rest] = await at.texts(other.deploymentId)
    expect(first).toBe('/0')
    expect(rest.length).toBeGreaterThan(0)
    expect(Number(await at.store.redis.memory('USAGE', at.store.keys.appLog(sandbox.deploymentId)))).toBeLessThan(
      2 * platformLimits.appLogBytes,
    )
    await expect
      .poll(async () => (await at.texts(sandbox.deploymentId)).some((text) => text.includes('were left out')), {
        timeout: 20_000,
      })
      .toBe(true)
  })

  test('waits while Redis is away, and has everything when it is back', async () => {
    const sandbox = await at.stage.start(probe)
    at.logs.follow(sandbox)
    await runInside(sandbox, `console.log('before'); return 1`)
    await expect.poll(() => at.texts(sandbox.deploymentId)).toEqual(['before'])
    await at.redis.kill()
    await runInside(sandbox, `console.log('meanwhile'); return 1`)
    await at.redis.restart()
    await runInside(sandbox, `console.log('after'); return 1`)
    await expect
      .poll(() => at.texts(sandbox.deploymentId).catch(() => []), { timeout: 20_000 })
      .toEqual(['before', 'meanwhile', 'after'])
    at.problems.length = 0
  })
})
