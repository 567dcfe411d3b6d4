import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createFleet, type Fleet } from '../../../runner/lifecycle/fleet/fleet.ts'
import { quiet } from '../../../runner/lifecycle/quiet/quiet.ts'
import { destroySandbox } from '../../../runner/sandbox/destroy-sandbox.ts'
import { freeze, thaw } from '../../../runner/sandbox/sleep/sleep.ts'
import { ask, isolationsHere, openStage, type Stage } from './stage.ts'

/** Works on after its answer: with the file that loaders keep meanwhile, or by using its processor. */
const worker = {
  files: {
    'index.js': `
      const fs = require('node:fs')
      const busy = '/run/micropush/busy'
      let done = 0
      module.exports = (req, res) => {
        const [, what, ms] = req.url.split('/')
        if (what === 'done') return res.end(String(done))
        res.end('working')
        const until = Date.now() + Number(ms)
        if (what === 'wait') {
          fs.writeFileSync(busy, '')
          setTimeout(() => { fs.unlinkSync(busy); done += 1 }, Number(ms))
        }
        if (what === 'compute') {
          const step = () => {
            const slice = Date.now() + 20
            while (Date.now() < slice);
            if (Date.now() < until) setImmediate(step)
            else done += 1
          }
          setImmediate(step)
        }
        if (what === 'trick') fs.symlinkSync('/nowhere', busy)
      }`,
  },
}

const AFTER_MS = 4000

/** Who has the leases. */
const gateway = {}

describe.each(await isolationsHere())('work after the answer under %s', (isolation) => {
  let stage: Stage
  let fleet: Fleet
  let id: string
  beforeAll(async () => {
    stage = await openStage(isolation)
  })
  afterAll(() => stage.close())

  async function open(): Promise<(path: string) => Promise<string>> {
    const sandbox = await stage.start(worker)
    id = sandbox.deploymentId
    fleet = createFleet({
      actions: {
        start: () => Promise.reject(new Error('nothing is started here')),
        quiet: (of, signal) => quiet(stage.context, of, { idleMs: 0, afterResponseMs: AFTER_MS, signal }),
        freeze: (of) => freeze(stage.context, of),
        thaw: (of) => thaw(stage.context, of),
        destroy: (of) => destroySandbox(stage.context, of, { graceSeconds: 0 }),
        retire: () => Promise.resolve(),
        announce: () => {},
        drain: () => Promise.resolve(),
      },
      policy: () => ({ idleMs: 3000, coldMs: 600_000, scale: { max: 1, concurrency: 50 } }),
      scaleDownMs: 30_000,
      metrics: { wake: () => {}, state: () => {}, evicted: () => {} },
      pressure: () => 'none',
      onProblem: (message) => {
        throw new Error(message)
      },
    })
    await fleet.enter(sandbox)
    await fleet.wake(id, gateway)
    return async (path) => (await ask(sandbox, path)).body
  }
  const sleep = (): Promise<void> => {
    fleet.idle(id, gateway)
    return fleet.sleep(id)
  }
  afterEach(async () => {
    await fleet.destroy(id)
    fleet.close()
  })

  test.each(['wait', 'compute'])('is finished before the sandbox is frozen: %s', async (what) => {
    const get = await open()
    expect(await get(`/${what}/1200`)).toBe('working')
    const startedMs = performance.now()
    await sleep()
    const sleptMs = performance.now() - startedMs
    expect(fleet.temperature(id)).toBe('frozen')
    expect(sleptMs).toBeGreaterThan(800)
    expect(sleptMs).toBeLessThan(AFTER_MS - 500)
    await fleet.wake(id, gateway)
    expect(await get('/done')).toBe('1')
  })

  test('keeps a request that comes meanwhile waiting for nothing', async () => {
    const get = await open()
    await get('/wait/2000')
    const asleep = sleep()
    await delay(300)
    const startedMs = performance.now()
    await fleet.wake(id, gateway)
    expect(await get('/done')).toBe('0')
    expect(performance.now() - startedMs).toBeLessThan(300)
    await asleep
    expect(fleet.temperature(id)).toBe('hot')
  })

  test.each(['wait/60000', 'compute/60000', 'trick'])('lasts no longer than it may: %s', async (what) => {
    const get = await open()
    await get(`/${what}`)
    const startedMs = performance.now()
    await sleep()
    expect(performance.now() - startedMs).toBeGreaterThan(AFTER_MS - 500)
    expect(performance.now() - startedMs).toBeLessThan(AFTER_MS + 1500)
    expect(fleet.temperature(id)).toBe('frozen')
  })

  test('is not looked for long where there is none', async () => {
    const get = await open()
    await get('/done')
    // What it did to start and to answer may still show in the first look.
    await delay(500)
    const startedMs = performance.now()
    await sleep()
    expect(performance.now() - startedMs).toBeLessThan(AFTER_MS - 1000)
  })
})
