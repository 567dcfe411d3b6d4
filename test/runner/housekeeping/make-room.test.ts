import { existsSync } from 'node:fs'
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { transitionDeployment } from '../../../contract/store/deployments.ts'
import { endTarget } from '../../../contract/store/micros.ts'
import { artifactDir, publishArtifact, type ArtifactKind } from '../../../runner/build/store/artifact-store.ts'
import { chooseRemovals } from '../../../runner/housekeeping/choose-removals.ts'
import { diskBounds, readDisk } from '../../../runner/housekeeping/disk.ts'
import { countArtifactBytes } from '../../../runner/housekeeping/list-artifacts.ts'
import { bytesToFree, makeRoom } from '../../../runner/housekeeping/make-room.ts'
import { startTestRunner, type TestRunner } from '../support/runner.ts'

const MB = 1024 ** 2
const GB = 1024 * MB
const HOUR_MS = 3600_000

describe('bounds', () => {
  it('are what the operator set, or a share of the disk', () => {
    const none = { diskBudgetBytes: undefined, diskFloorBytes: undefined }
    expect(diskBounds({ totalBytes: 100 * GB }, none)).toEqual({ budgetBytes: 50 * GB, floorBytes: 2 * GB })
    expect(diskBounds({ totalBytes: 10 * GB }, none)).toEqual({ budgetBytes: 5 * GB, floorBytes: GB / 2 })
    const set = { diskBudgetBytes: 7, diskFloorBytes: 0 }
    expect(diskBounds({ totalBytes: 10 * GB }, set)).toEqual({ budgetBytes: 7, floorBytes: 0 })
  })

  it.each([
    { how: 'within both', freeMb: 50, usedMb: 40, needMb: 0 },
    { how: 'over the budget', freeMb: 50, usedMb: 130, needMb: 30 + 10 },
    { how: 'below the floor', freeMb: 5, usedMb: 40, needMb: 5 + 1 },
    { how: 'below the floor by more than over the budget', freeMb: 0, usedMb: 101, needMb: 10 + 1 },
  ])('$how: $freeMb MB free and $usedMb MB used', ({ freeMb, usedMb, needMb }) => {
    const disk = { totalBytes: 1000 * MB, freeBytes: freeMb * MB }
    const bounds = { budgetBytes: 100 * MB, floorBytes: 10 * MB }
    expect(bytesToFree(disk, bounds, usedMb * MB)).toBe(needMb * MB)
  })
})

describe('what goes', () => {
  const artifact = (name: string, usedAtMs: number, bytes = 10) => ({ kind: 'app' as const, name, usedAtMs, bytes })
  const choose = (needBytes: number, kept: readonly string[] = []) =>
    chooseRemovals([artifact('c', 30), artifact('a', 10), artifact('b', 20), artifact('now', 99)], {
      kept: { app: new Set(kept), dependencies: new Set<string>(), cache: new Set<string>() },
      usedBeforeMs: 99,
      needBytes,
    }).map(({ name }) => name)

  it('is the least recently used first, and no more than needed', () => {
    expect(choose(1)).toEqual(['a'])
    expect(choose(11)).toEqual(['a', 'b'])
    expect(choose(0)).toEqual([])
  })

  it('is never what a deployment needs, nor what a build that runs may have used', () => {
    expect(choose(1000, ['a'])).toEqual(['b', 'c'])
  })
})

describe('room on a real disk', () => {
  let parts: TestRunner
  beforeEach(async () => {
    parts = await startTestRunner()
  })
  afterEach(() => parts[Symbol.asyncDispose]())

  const isThere = (kind: ArtifactKind, name: string) =>
    existsSync(artifactDir({ dataDir: parts.runner.dataDir, kind, name }))
  const look = async (over: Partial<Parameters<typeof makeRoom>[0]> = {}) => {
    const { dataDir, store } = parts.runner
    const none = {
      diskBudgetBytes: 10 * MB,
      diskFloorBytes: 0,
      runs: () => false,
      removeImages: () => Promise.resolve(),
    }
    const usedBytes = await countArtifactBytes(dataDir)
    return makeRoom({ dataDir, store, nowMs: Date.now(), usedBytes, usedBeforeMs: Date.now(), ...none, ...over })
  }
  async function artifact(name: string, ageMs: number): Promise<void> {
    const of = { dataDir: parts.runner.dataDir, kind: 'app' as const, name }
    const from = join(of.dataDir, 'made', name)
    await mkdir(from, { recursive: true })
    await writeFile(join(from, 'file'), name)
    await publishArtifact(of, from, { bytes: 4 * MB, packages: [] })
    const then = new Date(Date.now() - ageMs)
    await utimes(`${artifactDir(of)}.json`, then, then)
  }

  it('is there: nothing happens, and it takes no time to speak of', async () => {
    await artifact('a', 1000 * HOUR_MS)
    const began = performance.now()
    expect(await look()).toBe(0)
    expect(performance.now() - began).toBeLessThan(200)
    expect(isThere('app', 'a')).toBe(true)
  })

  it('is made within the budget: the oldest that nobody needs goes, an older one that is live stays', async () => {
    await artifact('live', 1000 * HOUR_MS)
    await artifact('old', 100 * HOUR_MS)
    await artifact('young', HOUR_MS)
    const { id } = await parts.queued()
    const outcome = { artifacts: { app: 'live' } }
    await transitionDeployment(parts.runner.store, { id, from: ['queued'], to: 'starting', outcome })
    expect(await look()).toBe(1)
    expect(['live', 'old', 'young'].map((name) => isThere('app', name))).toEqual([true, false, true])
  })

  it('is not made of files that a sandbox of an ended deployment still runs from', async () => {
    await artifact('draining', 1000 * HOUR_MS)
    const { id } = await parts.queued()
    const outcome = { artifacts: { app: 'draining' } }
    await transitionDeployment(parts.runner.store, { id, from: ['queued'], to: 'starting', outcome })
    await endTarget(parts.runner.store, { targetKey: '7/hello', sequence: 999 })
    const { redis, keys } = parts.runner.store
    await redis.hset(keys.deployment(id), 'since', String(Date.now() - HOUR_MS))
    expect(await look({ diskBudgetBytes: 0, runs: (of) => of === id })).toBe(0)
    expect(await look({ diskBudgetBytes: 0 })).toBe(1)
  })

  it('is not there below the floor: words, after everything that may go has gone, and nothing outside of ours has', async () => {
    const outside = join(parts.runner.dataDir, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'file'), 'mine')
    await artifact('a', 1000 * HOUR_MS)
    await symlink(outside, join(parts.runner.dataDir, 'artifacts/app/link'))
    await utimes(outside, new Date(0), new Date(0))
    const { totalBytes } = await readDisk(parts.runner.dataDir)
    let asked = 0
    const removeImages = () => Promise.resolve(void (asked += 1))
    await expect(look({ diskFloorBytes: totalBytes, removeImages })).rejects.toMatchObject({
      code: 'disk-full',
      fault: 'operator',
      message: expect.stringMatching(/full: .* are free, and a deployment begins with .*operator/) as string,
    })
    expect(asked).toBe(1)
    expect(isThere('app', 'a')).toBe(false)
    expect(existsSync(join(outside, 'file'))).toBe(true)
  })
})
