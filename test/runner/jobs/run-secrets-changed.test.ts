import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { addSecretsChanged } from '../../../contract/queue.ts'
import { defaultLimits } from '../../../contract/limits.ts'
import { openWorkQueue, type WorkQueue } from '../../../runner/jobs/queue.ts'
import { snapshotPaths, snapshotsDir } from '../../../runner/sandbox/snapshots/snapshot-paths.ts'
import { startTestRunner, type TestRunner } from '../support/runner.ts'

let parts: TestRunner
let queue: WorkQueue
beforeEach(async () => {
  parts = await startTestRunner()
  queue = openWorkQueue(parts.runner)
})
afterEach(async () => {
  await queue.close()
  await parts[Symbol.asyncDispose]()
})

/** A deployment with a folder where its snapshot would be. */
async function stored(repository: { readonly repositoryId: number; readonly owner: string }, name: string) {
  const config = { name, src: '.', env: {}, secrets: [], limits: defaultLimits }
  const { id } = await parts.queued({ ...repository, repository: name, config })
  await mkdir(snapshotPaths(parts.runner.dataDir, id).folder, { recursive: true })
  return id
}
const left = async () => (await readdir(snapshotsDir(parts.runner.dataDir))).toSorted()

it('what was put on disk with the former secrets of a micro goes at once, and nothing else', async () => {
  const ours = { repositoryId: 7, owner: 'ada' }
  const theirs = { repositoryId: 8, owner: 'bob' }
  const one = await stored(ours, 'hello')
  const sibling = await stored(ours, 'other')
  const stranger = await stored(theirs, 'hello')
  await addSecretsChanged(parts.runner.queues, { repositoryId: 7, micro: 'hello' })
  await expect.poll(left).toEqual([sibling, stranger].toSorted())
  await addSecretsChanged(parts.runner.queues, { repositoryId: 7, micro: '*' })
  await expect.poll(left).toEqual([stranger])
  await mkdir(join(snapshotsDir(parts.runner.dataDir), one))
  await addSecretsChanged(parts.runner.queues, { micro: '*' })
  await expect.poll(left).toEqual([])
})

it('what is being taken, or waits to be, is given up as well', async () => {
  const { id } = await parts.queued({ repositoryId: 7 })
  const told: string[] = []
  const snapshots = { remove: (deploymentId: string) => Promise.resolve(void told.push(deploymentId)) }
  await queue.close()
  const { runner } = parts
  const sandboxes = { ...runner.sandboxes, snapshots: snapshots as NonNullable<typeof runner.sandboxes.snapshots> }
  queue = openWorkQueue({ ...runner, sandboxes })
  await mkdir(join(snapshotsDir(runner.dataDir), `${id}.0123abcd`), { recursive: true })
  await addSecretsChanged(runner.queues, { repositoryId: 7, micro: '*' })
  await expect.poll(() => told).toEqual([id])
})
