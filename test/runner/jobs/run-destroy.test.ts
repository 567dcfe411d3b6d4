import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { allHosts, endTarget } from '../../../contract/store/micros.ts'
import { runDestroy } from '../../../runner/jobs/run-destroy.ts'
import { hostsOf } from '../../../runner/lifecycle/routes.ts'
import { snapshotsDir } from '../../../runner/sandbox/snapshots/snapshot-paths.ts'
import { storeSnapshot } from '../sandbox/snapshots/store-snapshot.ts'
import { goLive } from '../support/go-live.ts'
import { startTestRunner, type TestRunner } from '../support/runner.ts'

let parts: TestRunner
const never = new AbortController().signal

beforeEach(async () => {
  parts = await startTestRunner()
})
afterEach(() => parts[Symbol.asyncDispose]())

const ended = () => parts.did.filter((what) => what.startsWith('destroy'))

describe('taking out of service', () => {
  it('unroutes, drains and ends the sandbox, in this order, and keeps nothing of its memory', async () => {
    const { deployment, sandbox } = await goLive(parts)
    const socket = connect(parts.runner.settings.sockets.gateway)
    const said: string[] = []
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      for (const line of chunk.trim().split('\n')) {
        const { type } = JSON.parse(line) as { type: string }
        said.push(type)
        if (type === 'drain') said.push(`${ended().length || 'nothing'} ended before`)
        if (type === 'drain') socket.write(`${JSON.stringify({ type: 'drained', deploymentId: deployment.id })}\n`)
      }
    })
    parts.onMessage((runner, message, gateway) => {
      if (message.type === 'drained') runner.drains.drained(message.deploymentId, gateway)
    })
    await expect.poll(() => said).toEqual(['snapshot'])
    // The tidying that comes with it looks once in ten minutes.
    await parts.runner.house.tidy(parts.runner)
    await storeSnapshot(parts.runner.dataDir, deployment.id, { bytes: 1, ageMs: 0 })
    await endTarget(parts.runner.store, { targetKey: '7/hello', sequence: 99 })
    expect(await runDestroy(parts.runner, [deployment.id], never)).toEqual({ kind: 'done' })
    expect(said).toEqual(['snapshot', 'unroute', 'unroute', 'drain', 'nothing ended before', 'sandboxes'])
    expect(parts.did.at(-1)).toBe(`destroy ${sandbox.id}`)
    expect([parts.runner.routed.size, parts.runner.inProduction.size]).toEqual([0, 0])
    expect(await readdir(snapshotsDir(parts.runner.dataDir))).toEqual([])
    socket.destroy()
  })

  it('leaves a host alone that leads to a newer deployment by now', async () => {
    const former = await goLive(parts)
    const { deployment } = await goLive(parts)
    await runDestroy(parts.runner, [former.deployment.id], never)
    expect(Object.values(await allHosts(parts.runner.store))).toContain(deployment.id)
    const [production] = hostsOf(deployment, parts.runner.settings)
    expect(parts.runner.routed.get(production)?.deploymentId).toBe(deployment.id)
  })

  it('is left to the next runner when this one goes down', async () => {
    const { deployment } = await goLive(parts)
    const stop = new AbortController()
    stop.abort()
    expect(await runDestroy(parts.runner, [deployment.id], stop.signal)).toEqual({ kind: 'stopped' })
    expect(ended()).toEqual([])
  })
})
