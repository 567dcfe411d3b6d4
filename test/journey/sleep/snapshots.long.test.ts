import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WAITING_RUNTIME } from '../../../runner/sandbox/container/isolation.ts'
import { connectDocker } from '../../../runner/docker/client.ts'
import { daemonFacts } from '../../../runner/docker/daemon.ts'
import { micropush } from '../support/command.ts'
import type { Repository } from '../support/repository.ts'
import { stateOf } from '../support/sandbox-state.ts'
import { startStack, type Stack } from '../support/stack.ts'

const { runtimes } = await daemonFacts(connectDocker('/var/run/docker.sock'))
const has = runtimes.includes(WAITING_RUNTIME)
if (!has) console.warn(`NOT RUN: wakes from snapshots, because the Docker daemon does not know ${WAITING_RUNTIME}.`)

const app = `
const born = Date.now()
let times = 0
require('micropush').onRestore(() => times++)
module.exports = (request, response) =>
  response.end(JSON.stringify({ deploymentId: process.env.MICRO_DEPLOYMENT_ID, token: process.env.TOKEN, born, times }))
`
const WAIT = { timeout: 60_000, interval: 100 }

interface Said {
  readonly deploymentId: string
  readonly token?: string
  readonly born: number
  readonly times: number
}

describe.skipIf(!has)('micros under gVisor that have slept for long', () => {
  let stack: Stack
  let repository: Repository
  beforeAll(async () => {
    stack = await startStack({
      MICROPUSH_SANDBOX: 'gvisor',
      MICROPUSH_IDLE_SECONDS: '0.2',
      MICROPUSH_EVICT_SECONDS: '1',
      MICROPUSH_CELLS: '1',
    })
    repository = await stack.repository('ada/snap')
    await repository.write({
      'micro.yml':
        'v: 1\nmicros:\n  - src: kept\n    runtime: nodejs24\n  - src: fresh\n    runtime: nodejs24\n    snapshot: false\n',
      'kept/index.js': app,
      'fresh/index.js': app,
    })
    const sha = await repository.commit()
    await repository.push()
    for (const name of ['kept', 'fresh']) {
      expect(await stack.outcome('ada/snap', sha, `micropush/${name}`)).toMatchObject({ state: 'success' })
    }
  })
  afterAll(async () => {
    await repository[Symbol.asyncDispose]()
    await stack[Symbol.asyncDispose]()
  })

  const ask = async (name: string): Promise<Said & { readonly timing: string }> => {
    const answer = await stack.ask(stack.host(`${name}--ada`), { headers: { 'x-micropush-timing': '1' } })
    expect(answer).toMatchObject({ status: 200 })
    return { ...(JSON.parse(answer.body) as Said), timing: String(answer.headers['server-timing']) }
  }
  const snapshots = () => readdir(join(stack.dataDir, 'snapshots')).catch(() => [])
  const becomesCold = async ({ deploymentId }: Said) =>
    expect.poll(async () => (await stateOf(stack, deploymentId)).temperature, WAIT).toBe('cold')

  it('come back from their snapshots, those that want to, and as often as they are asked', async () => {
    const [kept, fresh] = await Promise.all([ask('kept'), ask('fresh')])
    expect([kept.times, fresh.times]).toEqual([0, 0])
    await expect.poll(snapshots, WAIT).toEqual([kept.deploymentId])
    for (const _round of [1, 2]) {
      await becomesCold(kept)
      const back = await ask('kept')
      expect(back.timing).toContain('snapshot')
      // It was imported once, for the snapshot, and has come back once from there.
      expect(back).toMatchObject({ deploymentId: kept.deploymentId, times: 1 })
      expect(back.born).toBeGreaterThan(kept.born)
    }
    await becomesCold(fresh)
    const anew = await ask('fresh')
    expect(anew.timing).not.toContain('snapshot')
    expect(anew.times).toBe(0)
  })

  it('come back after the runner was killed, and those that were brought back before live on', async () => {
    const before = await ask('kept')
    await stack.parts.runner.kill('SIGKILL')
    stack.parts.runner.start()
    await stack.healthy()
    expect((await ask('kept')).deploymentId).toBe(before.deploymentId)
    await becomesCold(before)
    expect((await ask('kept')).timing).toContain('snapshot')
  })

  it('never come back with a secret that was changed, which is gone from the disk at once', async () => {
    const { deploymentId } = await ask('kept')
    expect(await snapshots()).toContain(deploymentId)
    const set = ['secrets', 'set', 'ada/snap/kept', 'TOKEN']
    expect(await micropush(stack.env, set, 'a new token\n')).toMatchObject({ code: 0 })
    // The former one is of no use any more, and holds what was to be kept secret.
    await expect.poll(snapshots, WAIT).toEqual([])
    expect(await micropush(stack.env, ['restart', 'ada/snap/kept'])).toMatchObject({ code: 0 })
    expect(await ask('kept')).toMatchObject({ token: 'a new token', times: 0 })
    await expect.poll(snapshots, WAIT).toEqual([deploymentId])
    await becomesCold(await ask('kept'))
    expect(await ask('kept')).toMatchObject({ token: 'a new token', times: 1 })
  })

  it('leave nothing on disk when they are gone', async () => {
    const { deploymentId } = await ask('kept')
    expect(await snapshots()).toContain(deploymentId)
    await repository.write({
      'micro.yml': 'v: 1\nmicros:\n  - src: fresh\n    runtime: nodejs24\n    snapshot: false\n',
    })
    await repository.commit()
    await repository.push()
    await expect.poll(snapshots, WAIT).toEqual([])
  })
})
