import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDocker } from '../../../runner/docker/client.ts'
import { daemonFacts } from '../../../runner/docker/daemon.ts'
import { WAITING_RUNTIME } from '../../../runner/sandbox/container/isolation.ts'
import { deploy } from '../support/deploy.ts'
import { readMetric } from '../support/metrics.ts'
import { startStack, type Stack } from '../support/stack.ts'
import { statusesOf, visit } from '../support/visitors.ts'

const { runtimes } = await daemonFacts(connectDocker('/var/run/docker.sock'))
const has = runtimes.includes(WAITING_RUNTIME)
if (!has) console.warn(`NOT RUN: scale from snapshots, because the Docker daemon does not know ${WAITING_RUNTIME}.`)

const SOON = { timeout: 60_000, interval: 50 }

/** Says whether it was imported for itself or has come back from a snapshot. */
const app = `
let how = 'started'
require('micropush').onRestore(() => (how = 'restored'))
module.exports = (request, response) => setTimeout(() => response.end(how), 50)
`

describe.skipIf(!has)('a micro under gVisor with more requests in hand than one sandbox is meant for', () => {
  let stack: Stack
  let host: string
  beforeAll(async () => {
    stack = await startStack({
      MICROPUSH_SANDBOX: 'gvisor',
      MICROPUSH_SCALE_DOWN_SECONDS: '1',
      MICROPUSH_CELLS: '1',
    })
    const config = 'v: 1\nruntime: nodejs24\nscale: { max: 2, concurrency: 5 }\n'
    host = await deploy(stack, { fullName: 'ada/crowd', files: { 'micro.yml': config, 'index.js': app } })
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  it('gets a second one out of its snapshot while the first goes on, loses no request, and has one again when there is less', async () => {
    const snapshots = () => readdir(join(stack.dataDir, 'snapshots')).catch(() => [])
    // A draft's name has a dot.
    await expect.poll(snapshots, SOON).toEqual([expect.stringMatching(/^\w+$/)])
    const visitors = visit({ port: stack.gatewayPort, host, count: 12 })
    await expect
      .poll(() => new Set(visitors.take().map(({ body }) => body)), SOON)
      .toEqual(new Set(['started', 'restored']))
    expect(await readMetric(stack, 'micropush_sandboxes', { state: 'hot' })).toBe(2)
    const answers = await visitors.stop()
    expect(statusesOf(answers)).toEqual({ 200: answers.length })
    // The crowd has left but for one.
    const last = visit({ port: stack.gatewayPort, host, count: 1 })
    await expect.poll(async () => (await stack.leftovers()).containers.length, SOON).toBe(1)
    expect(statusesOf(await last.stop())).toEqual({ 200: expect.any(Number) as number })
  })
})
