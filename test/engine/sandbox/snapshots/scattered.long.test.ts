import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { destroySandbox } from '../../../../runner/sandbox/destroy-sandbox.ts'
import { snapshotPaths } from '../../../../runner/sandbox/snapshots/snapshot-paths.ts'
import { ask, type Micro } from '../stage.ts'
import { openSnapshotStage, snapshotsHere, type SnapshotStage } from './snapshot-stage.ts'

/** Every other page of 96 MB: gVisor notes down each stretch of memory that is not empty. */
const scattered: Micro = {
  files: {
    'index.js': `
const memory = Buffer.alloc(96 * 1024 * 1024)
for (let at = 0; at < memory.length; at += 8192) memory[at] = 1
module.exports = (req, res) => res.end(String(memory.filter((byte) => byte === 1).length))`,
  },
}

describe.skipIf(!(await snapshotsHere()))('a snapshot of', () => {
  let stage: SnapshotStage
  beforeAll(async () => {
    stage = await openSnapshotStage()
  })
  afterAll(() => stage.close())

  test('an app whose memory is scattered comes back, though the list of it is more than a pipe holds', async () => {
    const spec = await stage.taken(scattered)
    const { image } = snapshotPaths(stage.dataDir, spec.deploymentId)
    expect((await stat(join(image, 'pages_meta.img'))).size).toBeGreaterThan(65_536)
    const sandbox = await stage.woken(spec)
    expect((await ask(sandbox)).body).toBe(String((96 * 1024 * 1024) / 8192))
    await destroySandbox(stage.context, sandbox, { graceSeconds: 0 })
  })
})
