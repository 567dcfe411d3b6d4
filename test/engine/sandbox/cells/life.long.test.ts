import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defaultLimits } from '../../../../contract/limits.ts'
import { destroySandbox } from '../../../../runner/sandbox/destroy-sandbox.ts'
import { listSandboxes } from '../../../../runner/sandbox/list-sandboxes.ts'
import { mountPoints } from '../../../../runner/sandbox/mounts/mounts.ts'
import { UNCLAIMED } from '../../../../runner/sandbox/owner.ts'
import { sandboxPaths } from '../../../../runner/sandbox/paths.ts'
import { sweep } from '../../../../runner/sandbox/sweep.ts'
import { exitOf } from '../exit-of.ts'
import { ask } from '../stage.ts'
import { openCellStage, type CellStage } from './cell-stage.ts'

const hello = { files: { 'index.js': 'module.exports = (req, res) => res.end("hello")' } }

let place: CellStage
beforeAll(async () => {
  place = await openCellStage()
})
afterAll(() => place.close())

const ids = async () => (await listSandboxes(place.context)).map(({ sandbox }) => sandbox.id)

describe('a sandbox that waits for its app', () => {
  test('is frozen, and is nobody’s', async () => {
    await place.ready('node')
    const [waiting] = await listSandboxes(place.context)
    expect(waiting).toMatchObject({ state: 'frozen', ready: false, sandbox: { deploymentId: UNCLAIMED } })
  })

  test('is told by its file whose it is once it is taken, to another engine too', async () => {
    await place.ready('node')
    const claimed = await place.start(hello, 'cell')
    const listed = (await listSandboxes(place.context)).find(({ sandbox }) => sandbox.id === claimed.id)
    expect(listed?.sandbox).toEqual({ ...claimed, startedAtMs: expect.any(Number) })
    expect(Math.abs((listed?.sandbox.startedAtMs ?? 0) - claimed.startedAtMs)).toBeLessThan(1000)
    const exit = await exitOf({ ...place.stage, context: place.context }, () =>
      place.stage.docker.getContainer(claimed.containerId).kill(),
    )
    expect(exit).toMatchObject({ deploymentId: claimed.deploymentId, sandboxId: claimed.id })
  })

  test('is taken once, and another one comes in its place', async () => {
    await place.ready('node')
    const first = await place.start(hello, 'cell')
    await place.ready('node')
    const second = await place.start(hello, 'cell')
    expect(second.containerId).not.toBe(first.containerId)
  })

  test('is replaced when it dies, and no deployment hears of it', async () => {
    await place.ready('node')
    const waiting = (await listSandboxes(place.context)).find(({ sandbox }) => sandbox.deploymentId === UNCLAIMED)
    await place.stage.docker.getContainer(waiting?.sandbox.containerId ?? '').remove({ force: true })
    await expect.poll(ids, { timeout: 15_000 }).not.toContain(waiting?.sandbox.id)
    // It did not last: what ends so soon is not made again and again without a word.
    await expect.poll(() => place.problems.join()).toContain('ended right after it was made')
    place.problems.length = 0
    await place.ready('node')
    expect((await place.start(hello, 'cell')).startedBy).toBe('cell')
  })

  test('gives way to a plain start when it cannot be used, and nothing of it stays', async () => {
    await place.ready('node')
    const waiting = (await listSandboxes(place.context)).find(({ sandbox }) => sandbox.deploymentId === UNCLAIMED)
    const spec = await place.stage.spec(hello)
    // Which a plain start cannot do either.
    await expect(place.startSpec({ ...spec, cacheDir: '/no/such/folder' })).rejects.toThrow('/no/such/folder')
    expect(place.problems.splice(0).join()).toContain('clone /no/such/folder')
    expect(await ids()).not.toContain(waiting?.sandbox.id)
    expect((await mountPoints()).filter((point) => point.includes(waiting?.sandbox.id ?? ''))).toEqual([])
    expect((await place.startSpec(spec, 'plain')).startedBy).toBe('plain')
  })

  test('serves only micros of the limits that it has', async () => {
    await place.ready('node')
    const limits = { tmpBytes: defaultLimits.tmpBytes / 2 }
    const sandbox = await place.start({ ...hello, limits })
    expect(sandbox.startedBy).toBe('plain')
  })

  test('knows no secret before it is its deployment’s, and Docker knows none after', async () => {
    await place.ready('node')
    const env = { API_KEY: 'do-not-tell' }
    const files = { 'index.js': 'module.exports = (req, res) => res.end(process.env.API_KEY)' }
    const sandbox = await place.start({ files, env }, 'cell')
    expect((await ask(sandbox)).body).toBe('do-not-tell')
    const about = await place.stage.docker.getContainer(sandbox.containerId).inspect()
    expect(JSON.stringify(about)).not.toContain('do-not-tell')
    const owner = await readFile(sandboxPaths(place.stage.dataDir, sandbox.id).owner, 'utf8')
    expect(owner).toBe(sandbox.deploymentId)
  })

  test('fails in words with an app that does, and nothing of it stays', async () => {
    await place.ready('node')
    const spec = await place.stage.spec({ files: { 'index.js': 'throw new Error("no luck")' } })
    await expect(place.startSpec(spec, 'cell')).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringContaining('no luck'),
    })
    const failed = (await listSandboxes(place.context)).filter(
      ({ sandbox }) => sandbox.deploymentId === spec.deploymentId,
    )
    expect(failed).toEqual([])
  })

  test('gives everything back when it is destroyed', async () => {
    await place.ready('node')
    const sandbox = await place.start(hello, 'cell')
    await destroySandbox(place.context, sandbox)
    expect((await mountPoints()).some((point) => point.includes(sandbox.id))).toBe(false)
    expect((await listSandboxes(place.context)).some(({ sandbox: { id } }) => id === sandbox.id)).toBe(false)
  })

  test('is swept by an engine that did not start it, whatever that one keeps', async () => {
    await place.ready('node')
    place.stopFilling()
    await sweep(place.context, new Map([[UNCLAIMED, 1]]))
    expect(await ids()).toEqual([])
  })

  test('leaves nothing behind when its engine closes', async () => {
    const other = await openCellStage(2)
    await other.ready('node')
    await other.cells.close()
    expect(await listSandboxes(other.context)).toEqual([])
    const folder = join(other.stage.dataDir, 'sandboxes')
    expect((await mountPoints()).filter((point) => point.startsWith(folder))).toEqual([])
    expect(await readdir(folder)).toEqual([])
    await other.stage.close()
  })
})
