import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { snapshotsDir } from '../../../runner/sandbox/snapshots/snapshot-paths.ts'
import { storeSnapshot } from '../sandbox/snapshots/store-snapshot.ts'
import { goLive } from '../support/go-live.ts'
import { startTestRunner, type TestRunner } from '../support/runner.ts'

const MB = 1024 ** 2

let parts: TestRunner
beforeEach(async () => {
  parts = await startTestRunner()
})
afterEach(() => parts[Symbol.asyncDispose]())

const left = () => readdir(snapshotsDir(parts.runner.dataDir))
const store = (id: string, ageMs: number) => storeSnapshot(parts.runner.dataDir, id, { bytes: 10 * MB, ageMs })

it('snapshots of what nobody is led to any more are tidied away', async () => {
  const { deployment } = await goLive(parts)
  await store(deployment.id, 1000)
  await store('ended', 0)
  await parts.runner.house.tidy(parts.runner)
  expect(await left()).toEqual([deployment.id])
})

it('snapshots count in the disk budget, and the one used least recently makes room', async () => {
  await store('old', 2000)
  await store('young', 1000)
  const begin = async (diskBudgetBytes: number) => {
    const settings = { ...parts.runner.settings, diskBudgetBytes, diskFloorBytes: 0 }
    using _ = await parts.runner.house.begin({ ...parts.runner, settings })
  }
  await begin(21 * MB)
  expect(await left()).toHaveLength(2)
  await begin(19 * MB)
  expect(await left()).toEqual(['young'])
})
