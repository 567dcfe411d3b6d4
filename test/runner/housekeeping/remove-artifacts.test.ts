import { existsSync } from 'node:fs'
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { transitionDeployment } from '../../../contract/store/deployments.ts'
import { endTarget } from '../../../contract/store/micros.ts'
import {
  artifactDir,
  publishArtifact,
  useArtifact,
  type ArtifactKind,
} from '../../../runner/build/store/artifact-store.ts'
import { removeArtifacts } from '../../../runner/housekeeping/remove-artifacts.ts'
import { publish } from '../../../runner/publish.ts'
import { runDestroy } from '../../../runner/jobs/run-destroy.ts'
import { startTestRunner, type TestRunner } from '../support/runner.ts'

const HOUR_MS = 3600_000
let parts: TestRunner
let nowMs: number
beforeEach(async () => {
  parts = await startTestRunner()
  nowMs = Date.now()
})
afterEach(() => parts[Symbol.asyncDispose]())

const named = (kind: ArtifactKind, name: string) => ({ dataDir: parts.runner.dataDir, kind, name })
const isThere = (kind: ArtifactKind, name: string) => existsSync(artifactDir(named(kind, name)))
const clean = (over = {}) =>
  removeArtifacts({ dataDir: parts.runner.dataDir, store: parts.runner.store, nowMs, freeShare: 0.5, ...over })

async function artifact(kind: ArtifactKind, name: string, ageMs: number): Promise<void> {
  const from = join(parts.runner.dataDir, 'made', name)
  await mkdir(from, { recursive: true })
  await writeFile(join(from, 'file'), name)
  await publishArtifact(named(kind, name), from, { bytes: 1, packages: [] })
  const then = new Date(nowMs - ageMs)
  await utimes(`${artifactDir(named(kind, name))}.json`, then, then)
}

/** As if it had ended that long ago. */
async function endedBefore(id: string, ageMs: number): Promise<void> {
  const { redis, keys } = parts.runner.store
  await redis.hset(keys.deployment(id), 'since', String(nowMs - ageMs))
}

async function deploymentOf(app: string, dependencies: string, over = {}) {
  const { id } = await parts.queued(over)
  const outcome = { artifacts: { app, dependencies } }
  await transitionDeployment(parts.runner.store, { id, from: ['queued'], to: 'starting', outcome })
  return id
}

it('what a kept deployment needs stays, however old it is; the rest goes, record and all', async () => {
  for (const name of ['needed', 'pending', 'ended']) {
    await artifact('app', name, 1000 * HOUR_MS)
    await artifact('dependencies', `${name}-d`, 1000 * HOUR_MS)
  }
  const live = await parts.starting()
  await transitionDeployment(parts.runner.store, {
    id: live.id,
    from: ['starting'],
    to: 'starting',
    outcome: { artifacts: { app: 'needed', dependencies: 'needed-d' } },
  })
  await publish(parts.runner, { deployment: live, sandbox: parts.sandbox(live.id), timings: () => ({}) })
  await deploymentOf('pending', 'pending-d', { repositoryId: 8, owner: 'bob' })
  const ended = await deploymentOf('ended', 'ended-d', { repositoryId: 9, owner: 'eve' })
  await endTarget(parts.runner.store, { targetKey: '9/hello', sequence: 99 })
  await endedBefore(ended, 2 * HOUR_MS)
  expect(await clean()).toBe(2)
  expect(await readdir(join(parts.runner.dataDir, 'artifacts/app'))).toEqual([
    'needed',
    'needed.json',
    'pending',
    'pending.json',
  ])
  expect(isThere('dependencies', 'ended-d')).toBe(false)
  expect(isThere('dependencies', 'needed-d')).toBe(true)
})

it('what a build used within the hour stays: its deployment is not on record yet', async () => {
  await artifact('app', 'found', 2 * HOUR_MS)
  expect(await useArtifact(named('app', 'found'))).toBeDefined()
  await artifact('app', 'made', 0.9 * HOUR_MS)
  expect(await clean()).toBe(0)
})

it('what ended just now keeps its files, because its last requests are being answered', async () => {
  await artifact('app', 'draining', 1000 * HOUR_MS)
  const id = await deploymentOf('draining', 'none')
  await endTarget(parts.runner.store, { targetKey: '7/hello', sequence: 99 })
  expect(await clean()).toBe(0)
  await endedBefore(id, 2 * HOUR_MS)
  expect(await clean()).toBe(1)
})

it('dependencies stay for pushes to come, but not when the disk gets full', async () => {
  await artifact('app', 'a', 2 * HOUR_MS)
  await artifact('dependencies', 'layer', 2 * HOUR_MS)
  expect(await clean()).toBe(1)
  expect(isThere('dependencies', 'layer')).toBe(true)
  expect(await clean({ freeShare: 0.05 })).toBe(1)
  expect(isThere('dependencies', 'layer')).toBe(false)
})

it('a build that wants an artifact while it is removed gets it whole or not at all', async () => {
  for (let n = 0; n < 30; n += 1) {
    await artifact('app', 'wanted', 2 * HOUR_MS)
    const [found] = await Promise.all([useArtifact(named('app', 'wanted')), clean()])
    expect(isThere('app', 'wanted')).toBe(found !== undefined)
  }
})

it('halves that a runner left when it died go too', async () => {
  const dir = join(parts.runner.dataDir, 'artifacts')
  await mkdir(join(dir, 'app', 'bare'), { recursive: true })
  await mkdir(join(dir, 'removed', 'x'), { recursive: true })
  await mkdir(join(dir, 'builds'), { recursive: true })
  for (const name of ['app/alone.json', 'app/x.json.0a.partial', 'builds/old.json', 'builds/new.json'])
    await writeFile(join(dir, name), '{}')
  const old = new Date(nowMs - 1000 * HOUR_MS)
  for (const name of ['app/bare', 'app/alone.json', 'app/x.json.0a.partial', 'builds/old.json'])
    await utimes(join(dir, name), old, old)
  await clean()
  expect(await readdir(join(dir, 'app'))).toEqual([])
  expect(await readdir(join(dir, 'builds'))).toEqual(['new.json'])
  expect(existsSync(join(dir, 'removed', 'x'))).toBe(false)
})

it('an end gives back the disk that was held for it alone', async () => {
  await artifact('app', 'alone', 2 * HOUR_MS)
  const id = await deploymentOf('alone', 'none')
  await endTarget(parts.runner.store, { targetKey: '7/hello', sequence: 99 })
  await endedBefore(id, 2 * HOUR_MS)
  await runDestroy(parts.runner, [id], new AbortController().signal)
  expect(isThere('app', 'alone')).toBe(false)
})
