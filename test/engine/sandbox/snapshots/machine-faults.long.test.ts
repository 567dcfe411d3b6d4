import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectDocker } from '../../../../runner/docker/client.ts'
import { openAttacher, type Attacher } from '../../../../runner/sandbox/attach/attacher.ts'
import { provideAttacher } from '../../../../runner/sandbox/attach/provide-attacher.ts'
import { destroySandbox } from '../../../../runner/sandbox/destroy-sandbox.ts'
import { listSandboxes } from '../../../../runner/sandbox/list-sandboxes.ts'
import { endRemains } from '../../../../runner/sandbox/remains.ts'
import type { SandboxSpec } from '../../../../runner/sandbox/sandbox.ts'
import { restoreSandbox } from '../../../../runner/sandbox/snapshots/restore-sandbox.ts'
import { snapshotsDir } from '../../../../runner/sandbox/snapshots/snapshot-paths.ts'
import { takeSnapshot } from '../../../../runner/sandbox/snapshots/take-snapshot.ts'
import { startWaiting } from '../../../../runner/sandbox/snapshots/waiting/waiting.ts'
import { ask, type Micro } from '../stage.ts'
import { openSnapshotStage, snapshotsHere, type SnapshotStage } from './snapshot-stage.ts'

const hello: Micro = { files: { 'index.js': `module.exports = (req, res) => res.end('hello')` } }

describe.skipIf(!(await snapshotsHere()))('when it is the machine that fails', () => {
  let stage: SnapshotStage
  let spec: SandboxSpec
  let attacher: Attacher
  const signal = new AbortController().signal
  beforeAll(async () => {
    stage = await openSnapshotStage()
    attacher = openAttacher(() => provideAttacher(stage.context))
    spec = await stage.taken(hello)
  })
  afterAll(async () => {
    await attacher.close()
    await stage.close()
  })

  const isAsGoodAsBefore = async () => {
    expect(await listSandboxes(stage.context)).toEqual([])
    expect(await readdir(snapshotsDir(stage.dataDir))).toEqual([spec.deploymentId])
    const sandbox = await stage.woken(spec)
    expect((await ask(sandbox)).body).toBe('hello')
    await destroySandbox(stage.context, sandbox, { graceSeconds: 0 })
  }

  test('a snapshot outlasts that the container which waited for it is dead, and nobody waits for that', async () => {
    const take = async (image: string) => {
      const waiting = await startWaiting(stage.context, { image, limits: spec.limits, isFor: 'restore' }, signal)
      await stage.docker.getContainer(waiting.containerId).kill({ signal: 'SIGKILL' })
      await waiting.exited
      return waiting
    }
    const woken = restoreSandbox(stage.context, spec, { attacher, signal, take, restoreMs: 60_000 })
    await expect(woken).rejects.toMatchObject({ code: 'engine-unavailable' })
    await isAsGoodAsBefore()
  })

  test('a snapshot outlasts that its container dies before it is told what to bring back', async () => {
    const take = (image: string) =>
      startWaiting(stage.context, { image, limits: spec.limits, isFor: 'restore' }, signal)
    const dies: Attacher = {
      ...attacher,
      async attach() {
        const [waiting] = await listSandboxes(stage.context)
        await stage.docker.getContainer(waiting?.sandbox.containerId ?? '').kill({ signal: 'SIGKILL' })
      },
    }
    const woken = restoreSandbox(stage.context, spec, { attacher: dies, signal, take, restoreMs: 60_000 })
    await expect(woken).rejects.toMatchObject({ code: 'engine-unavailable' })
    await isAsGoodAsBefore()
  })

  test('a container that cannot be ended while Docker is away is kept in mind, and the first fault is the one that is told', async () => {
    let isAway = false
    const nobody = connectDocker('/nonexistent/docker.sock')
    const context = {
      ...stage.context,
      get docker() {
        return isAway ? nobody : stage.docker
      },
    }
    const fails: Attacher = {
      ...attacher,
      async attach() {
        isAway = true
        throw new Error('the first fault')
      },
    }
    const another = await stage.spec(hello)
    const taken = takeSnapshot(context, another, { attacher: fails, signal, isCurrent: () => Promise.resolve(true) })
    await expect(taken).rejects.toMatchObject({ cause: { message: 'the first fault' } })
    expect(context.remains.size).toBe(1)
    await endRemains(stage.context, 0)
    expect(context.remains.size).toBe(0)
    await isAsGoodAsBefore()
  })
})
