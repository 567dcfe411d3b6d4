import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  countSnapshotBytes,
  removeDrafts,
  removeSnapshots,
  snapshotOwners,
  sweepSnapshots,
} from '../../../../runner/sandbox/snapshots/list-snapshots.ts'
import { snapshotsDir } from '../../../../runner/sandbox/snapshots/snapshot-paths.ts'
import { storeSnapshot } from './store-snapshot.ts'

describe('snapshots on disk', () => {
  let dataDir: string
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'mp-snapshots-'))
  })
  afterEach(() => rm(dataDir, { recursive: true, force: true }))

  const left = async () => (await readdir(snapshotsDir(dataDir))).toSorted()
  const folder = async (name: string, ageMs: number) => {
    const path = join(snapshotsDir(dataDir), name)
    await mkdir(path, { recursive: true })
    const then = new Date(Date.now() - ageMs)
    await utimes(path, then, then)
  }

  test('are none where there never was one', async () => {
    expect(await countSnapshotBytes(dataDir)).toBe(0)
    expect(await sweepSnapshots(dataDir, new Set())).toBe(0)
    expect(await removeSnapshots(dataDir, 1)).toBe(0)
  })

  test('are counted, and given up in the order of their last use, and no more of them than is needed', async () => {
    await storeSnapshot(dataDir, 'young', { bytes: 10, ageMs: 1000 })
    await storeSnapshot(dataDir, 'oldest', { bytes: 10, ageMs: 3000 })
    await storeSnapshot(dataDir, 'old', { bytes: 10, ageMs: 2000 })
    expect(await countSnapshotBytes(dataDir)).toBe(30)
    expect(await removeSnapshots(dataDir, 11)).toBe(2)
    expect(await left()).toEqual(['young'])
    expect(await countSnapshotBytes(dataDir)).toBe(10)
  })

  test('go with what nobody is led to any more; one that is being taken has its time', async () => {
    await storeSnapshot(dataDir, 'served', { bytes: 10, ageMs: 1e9 })
    await storeSnapshot(dataDir, 'ended', { bytes: 10, ageMs: 0 })
    await folder('served.01234567', 1000)
    await folder('served.89abcdef', 11 * 60_000)
    await folder('without', 1000)
    expect(await snapshotOwners(dataDir)).toEqual(expect.arrayContaining(['served', 'ended', 'without']))
    expect(await sweepSnapshots(dataDir, new Set(['served', 'without']))).toBe(3)
    expect(await left()).toEqual(['served', 'served.01234567'])
  })

  test('that a runner died over go when the next one starts, however young', async () => {
    await storeSnapshot(dataDir, 'served', { bytes: 10, ageMs: 0 })
    await folder('served.01234567', 0)
    await removeDrafts(dataDir)
    expect(await left()).toEqual(['served'])
  })

  test('that cannot be understood are not counted, and are in nobody’s way', async () => {
    await folder('broken', 0)
    await writeFile(join(snapshotsDir(dataDir), 'broken', 'manifest.json'), '{"version":2}')
    expect(await countSnapshotBytes(dataDir)).toBe(0)
  })
})
