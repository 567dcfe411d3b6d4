import { execFile } from 'node:child_process'
import { chmod, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listContainers } from '../../../../runner/docker/containers.ts'
import { destroySandbox } from '../../../../runner/sandbox/destroy-sandbox.ts'
import { labels } from '../../../../runner/sandbox/labels.ts'
import { listSandboxes } from '../../../../runner/sandbox/list-sandboxes.ts'
import type { SandboxSpec } from '../../../../runner/sandbox/sandbox.ts'
import { removeSnapshot } from '../../../../runner/sandbox/snapshots/remove-snapshot.ts'
import { snapshotPaths, snapshotsDir } from '../../../../runner/sandbox/snapshots/snapshot-paths.ts'
import { startWaiting } from '../../../../runner/sandbox/snapshots/waiting/waiting.ts'
import { freeze, thaw } from '../../../../runner/sandbox/sleep/sleep.ts'
import { sweep } from '../../../../runner/sandbox/sweep.ts'
import { openUidPool } from '../../../../runner/sandbox/uid-pool.ts'
import { ask, type Micro } from '../stage.ts'
import { openSnapshotStage, snapshotsHere, type SnapshotStage } from './snapshot-stage.ts'

const run = promisify(execFile)

const hello: Micro = {
  files: {
    'index.js': `
const fs = require('fs')
fs.writeFileSync('/tmp/noted', 'while it was imported')
const tick = { n: 0 }
setInterval(() => tick.n++, 5).unref()
module.exports = (req, res) => res.end(JSON.stringify({
  secret: process.env.SECRET, noted: fs.readFileSync('/tmp/noted', 'utf8'), here: fs.realpathSync('/app') + ' ' + __filename + ' ' + process.cwd(),
  pid: process.pid, uid: process.getuid(), tick: tick.n,
}))`,
  },
  env: { SECRET: 'hunter2-in-memory' },
}

describe.skipIf(!(await snapshotsHere()))('a snapshot', () => {
  let stage: SnapshotStage
  let kept: SandboxSpec
  let keptSinceMs: number
  beforeAll(async () => {
    stage = await openSnapshotStage()
    kept = await stage.taken(hello)
    keptSinceMs = Date.now()
  })
  afterAll(() => stage.close())

  const folderOf = (id: string) => snapshotPaths(stage.dataDir, id)
  const isThere = async (id: string) => (await readdir(snapshotsDir(stage.dataDir))).includes(id)

  test('brings an app back with its files and its environment, and its files are root’s alone', async () => {
    const spec = await stage.taken(hello)
    await utimes(folderOf(spec.deploymentId).manifest, 1, 1)
    const sandbox = await stage.woken(spec)
    expect(sandbox.startedBy).toBe('snapshot')
    // By this it is chosen when there is not room for all.
    await expect.poll(async () => (await stat(folderOf(spec.deploymentId).manifest)).mtimeMs).toBeGreaterThan(1e12)
    const answer = JSON.parse((await ask(sandbox)).body) as Record<string, unknown>
    expect(answer).toMatchObject({
      secret: 'hunter2-in-memory',
      noted: 'while it was imported',
      here: '/app /app/index.js /app',
    })
    const { folder, image } = folderOf(spec.deploymentId)
    for (const path of [snapshotsDir(stage.dataDir), folder, image]) {
      expect((await stat(path)).mode & 0o777, path).toBe(0o700)
    }
    const files = await readdir(image)
    expect(files).toContain('pages.img')
    for (const path of [...files.map((name) => join(image, name)), join(folder, 'manifest.json')]) {
      const { mode, uid } = await stat(path)
      expect({ path, mode: mode & 0o777, uid }).toEqual({ path, mode: 0o600, uid: 0 })
    }
    // What Docker shows of the container says nothing of whose it is.
    const shown = JSON.stringify(await stage.docker.getContainer(sandbox.containerId).inspect())
    expect(shown).not.toContain('hunter2-in-memory')
    // All copies have the user that it was saved with, which nobody else gets meanwhile.
    const { uid } = answer as { uid: number }
    const somebody = { sandboxId: 'another', deploymentId: 'another' }
    expect(stage.context.uids.claim(uid, somebody)).toBe(false)
    await destroySandbox(stage.context, sandbox)
    expect(stage.context.uids.claim(uid, somebody)).toBe(true)
    await expect(stage.wake(spec)).rejects.toMatchObject({
      message: expect.stringContaining('another sandbox') as string,
    })
    stage.context.uids.unclaim('another')
    // It is no fault of the snapshot's.
    await destroySandbox(stage.context, await stage.woken(spec), { graceSeconds: 0 })
    await removeSnapshot(stage.dataDir, spec.deploymentId)
  })

  test('leaves nothing behind but itself', async () => {
    const spec = await stage.taken(hello)
    expect(await listContainers(stage.docker, [`${labels.instance}=${stage.context.instance}`])).toEqual([])
    expect(await readdir(join(stage.dataDir, 'sandboxes'))).toEqual([])
    const others = await readdir(snapshotsDir(stage.dataDir))
    expect(others.filter((id) => id !== kept.deploymentId)).toEqual([spec.deploymentId])
    await removeSnapshot(stage.dataDir, spec.deploymentId)
  })

  test.each([
    ['another environment', { env: { SECRET: 'another' } }, 'environment'],
    ['another runtime', { image: 'micropush/none:1' }, 'runtime'],
  ])('is thrown away for %s', async (_what, change, words) => {
    const spec = await stage.taken(hello)
    expect(await stage.wake({ ...spec, ...change })).toMatchObject({ unfit: true, why: expect.stringContaining(words) })
    expect(await isThere(spec.deploymentId)).toBe(false)
  })

  test.each([
    ['kernel', '0.0.0', 'another machine'],
    ['cpu', 'without AVX', 'another machine'],
    ['runsc', '1-2-3', 'another version'],
  ])('is thrown away when its %s was another one', async (what, value, words) => {
    const spec = await stage.taken(hello)
    const path = folderOf(spec.deploymentId).manifest
    const manifest = JSON.parse(await readFile(path, 'utf8')) as { machine: Record<string, string> }
    manifest.machine[what] = value
    await writeFile(path, JSON.stringify(manifest))
    expect(await stage.wake(spec)).toMatchObject({ unfit: true, why: expect.stringContaining(words) })
    expect(await isThere(spec.deploymentId)).toBe(false)
    expect(await listSandboxes(stage.context)).toEqual([])
  })

  test('that is damaged, or too slow, makes way for a plain start, and nothing is left of the attempt', async () => {
    const spec = await stage.taken(hello)
    await writeFile(join(folderOf(spec.deploymentId).image, 'checkpoint.img'), 'not what gVisor wrote')
    expect(await stage.wake(spec)).toMatchObject({ unfit: true })
    expect(await isThere(spec.deploymentId)).toBe(false)
    const again = await stage.taken(hello)
    expect(await stage.wake(again, 1)).toMatchObject({ unfit: true, why: expect.stringContaining('1 ms') })
    expect(await stage.wake(again)).toEqual({ unfit: true })
    expect(await listSandboxes(stage.context)).toEqual([])
  })

  test('that is less than a start is not used', async () => {
    const spec = await stage.taken(hello)
    const path = folderOf(spec.deploymentId).manifest
    const manifest = JSON.parse(await readFile(path, 'utf8')) as { startMs: number; restoreMs: number }
    await writeFile(path, JSON.stringify({ ...manifest, restoreMs: manifest.startMs }))
    await chmod(path, 0o600)
    expect(await stage.wake(spec)).toEqual({ unfit: true })
    expect(await isThere(spec.deploymentId)).toBe(true)
    await removeSnapshot(stage.dataDir, spec.deploymentId)
  })

  test('gives a sandbox that sleeps, and that an engine which comes later finds and ends', async () => {
    const spec = await stage.taken(hello)
    const sandbox = await stage.woken(spec)
    await freeze(stage.context, sandbox)
    const [found] = await listSandboxes(stage.context)
    expect(found).toMatchObject({
      state: 'frozen',
      ready: true,
      sandbox: { deploymentId: spec.deploymentId, startedBy: 'snapshot' },
    })
    const answer = ask(sandbox)
    await thaw(stage.context, sandbox)
    expect((await answer).status).toBe(200)
    const keep = new Map([[spec.deploymentId, 1]])
    const restarted = { ...stage.context, uids: openUidPool(stage.docker) }
    expect((await sweep(restarted, keep)).kept).toHaveLength(1)
    const { uid } = JSON.parse((await ask(sandbox)).body) as { uid: number }
    expect(restarted.uids.claim(uid, { sandboxId: 'another', deploymentId: 'another' })).toBe(false)
    expect((await ask(sandbox)).status).toBe(200)
    expect((await sweep(stage.context, new Map())).kept).toEqual([])
    expect(await listSandboxes(stage.context)).toEqual([])
    await removeSnapshot(stage.dataDir, spec.deploymentId)
  })

  test.each([
    ['waits', {}],
    ['begins ahead', { isFor: 'restore' }],
  ] as const)(
    '%s in a container that is to Docker like any other, and has nothing to run a command in until it is used',
    async (_how, purpose) => {
      const spec = await stage.spec(hello)
      const waiting = await startWaiting(stage.context, { ...spec, ...purpose }, AbortSignal.timeout(60_000))
      const container = stage.docker.getContainer(waiting.containerId)
      const { State, HostConfig } = await container.inspect()
      expect(State).toMatchObject({ Running: true, Paused: false })
      expect(HostConfig).toMatchObject({ CapDrop: ['ALL'], Privileged: false, ReadonlyRootfs: true, PidMode: '' })
      // What waits is a process of the host's: a command in its place would run there.
      const command = run('docker', ['exec', waiting.containerId, 'cat', '/etc/hostname'])
      await expect(command).rejects.toMatchObject({
        stdout: expect.stringContaining('not started'),
      })
      await container.kill({ signal: 'SIGKILL' })
      expect(await waiting.exited).toBe(137)
      waiting.release()
      await destroySandbox(stage.context, waiting, { graceSeconds: 0 })
    },
  )

  test('lets Docker run commands, stop and kill what it has brought back', async () => {
    const spec = await stage.taken(hello)
    const sandbox = await stage.woken(spec)
    const container = stage.docker.getContainer(sandbox.containerId)
    const { stdout } = await run('docker', ['exec', sandbox.containerId, 'dmesg'])
    expect(stdout).toMatch(/gvisor/i)
    await container.stop({ t: 5 })
    // The app was asked to end, and did.
    expect((await container.inspect()).State).toMatchObject({ Running: false, ExitCode: 0 })
    await destroySandbox(stage.context, sandbox, { graceSeconds: 0 })
    await removeSnapshot(stage.dataDir, spec.deploymentId)
  })

  test('is as good after minutes as at once, though clocks went on meanwhile', async () => {
    await delay(Math.max(0, keptSinceMs + 130_000 - Date.now()))
    const sandbox = await stage.woken(kept)
    expect((await ask(sandbox)).status).toBe(200)
    await destroySandbox(stage.context, sandbox, { graceSeconds: 0 })
    await removeSnapshot(stage.dataDir, kept.deploymentId)
  })
})
