import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openAttacher } from '../../../../runner/sandbox/attach/attacher.ts'
import { provideAttacher } from '../../../../runner/sandbox/attach/provide-attacher.ts'
import type { SandboxSpec } from '../../../../runner/sandbox/sandbox.ts'
import { readManifest, snapshotKey } from '../../../../runner/sandbox/snapshots/manifest.ts'
import { snapshotsDir } from '../../../../runner/sandbox/snapshots/snapshot-paths.ts'
import { createSnapshots, type Snapshots } from '../../../../runner/sandbox/snapshots/snapshots.ts'
import { openSnapshotStage, snapshotsHere, type SnapshotStage } from './snapshot-stage.ts'

const WAIT = { timeout: 60_000, interval: 20 }

const slow = {
  files: {
    'index.js': `
const until = Date.now() + 1500
while (Date.now() < until);
module.exports = (req, res) => res.end('hello')`,
  },
  env: { TOKEN: 'the old one' },
}

describe.skipIf(!(await snapshotsHere()))('of a deployment that gets another secret', () => {
  let stage: SnapshotStage
  let snapshots: Snapshots
  const served = new Set<string>()
  const taken: string[] = []
  beforeAll(async () => {
    stage = await openSnapshotStage()
    snapshots = createSnapshots(stage.context, {
      attacher: openAttacher(() => provideAttacher(stage.context)),
      least: 0,
      mostBytes: 0,
      served: () => served,
      mayFill: () => true,
      onTaken: (id) => taken.push(id),
      onRefused: (id, why) => taken.push(`${id}: ${why}`),
      onUnfit: () => {},
      onProblem: (message, error) => taken.push(`${message}: ${String(error)}`),
    })
  })
  afterAll(async () => {
    await snapshots.close()
    await stage.close()
  })

  const isCurrent = () => Promise.resolve(true)
  const ofIt = async (spec: SandboxSpec) =>
    (await readdir(snapshotsDir(stage.dataDir))).filter((name) => name.startsWith(spec.deploymentId))
  const before = async (): Promise<SandboxSpec> => {
    const spec = await stage.spec(slow)
    served.add(spec.deploymentId)
    snapshots.request({ spec, isCurrent })
    return spec
  }
  /** As a restart does it. */
  const renew = async (spec: SandboxSpec): Promise<SandboxSpec> => {
    await snapshots.remove(spec.deploymentId)
    const renewed = { ...spec, env: { ...spec.env, TOKEN: 'the new one' } }
    snapshots.request({ spec: renewed, isCurrent })
    return renewed
  }
  const isOnDiskAsOf = async (spec: SandboxSpec) => {
    await expect.poll(() => taken, WAIT).toEqual([spec.deploymentId])
    taken.length = 0
    expect(await readManifest(stage.dataDir, spec.deploymentId)).toMatchObject({ key: snapshotKey(spec) })
    expect(await readdir(snapshotsDir(stage.dataDir))).toContain(spec.deploymentId)
  }

  test('no snapshot is taken with the one that it had, though that was asked for already', async () => {
    await isOnDiskAsOf(await renew(await before()))
  })

  test('a snapshot that is being taken comes to nothing', async () => {
    const spec = await before()
    await expect.poll(() => ofIt(spec), WAIT).toHaveLength(1)
    const renewed = renew(spec)
    await snapshots.remove(spec.deploymentId)
    // Not later: whoever changed the secret is told that the former one is gone.
    expect(await ofIt(spec)).toEqual([])
    await isOnDiskAsOf(await renewed)
  })

  test('none is taken of an app whose start began before it, and none is put in place when it happens while it is taken', async () => {
    const [early, meanwhile] = [await stage.spec(slow), await stage.spec(slow)]
    for (const { deploymentId } of [early, meanwhile]) served.add(deploymentId)
    await snapshots.remove(early.deploymentId)
    snapshots.request({ spec: early, isCurrent: () => Promise.resolve(false) })
    const seen: number[] = []
    const changes = async () => {
      seen.push((await ofIt(meanwhile)).length)
      return seen.length === 1
    }
    snapshots.request({ spec: meanwhile, isCurrent: changes })
    await isOnDiskAsOf(await before())
    // Before it was begun, and when its draft was there.
    expect(seen).toEqual([0, 1])
    expect([...(await ofIt(early)), ...(await ofIt(meanwhile))]).toEqual([])
  })
})
