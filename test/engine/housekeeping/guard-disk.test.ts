import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Disk } from '../../../runner/housekeeping/disk.ts'
import { relieve } from '../../../runner/housekeeping/guard-disk.ts'
import { sandboxPaths } from '../../../runner/sandbox/paths.ts'
import { startTestRunner, type TestRunner } from '../../runner/support/runner.ts'

const run = promisify(execFile)
const MB = 1024 ** 2
const GB = 1024 * MB

let parts: TestRunner
let mounts: string[]
beforeEach(async () => {
  parts = await startTestRunner()
  mounts = []
})
afterEach(async () => {
  for (const mount of mounts) await run('umount', [mount])
  await parts[Symbol.asyncDispose]()
})

/** A sandbox that runs, with a file system of its own as its `/tmp` and this much in it. */
async function sandboxWith(deploymentId: string, bytes: number): Promise<void> {
  const sandbox = parts.sandbox(deploymentId)
  const { tmp } = sandboxPaths(parts.runner.dataDir, sandbox.id)
  await mkdir(tmp, { recursive: true })
  await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', tmp])
  mounts.push(tmp)
  await writeFile(join(tmp, 'file'), Buffer.alloc(bytes))
  parts.runner.fleet.adopt(sandbox, 'hot')
}

/** Looks that find this much free, one after the other; the last one again and again. */
function finding(...freeBytes: number[]): () => Promise<Disk> {
  let at = 0
  return () =>
    Promise.resolve({ totalBytes: 100 * GB, freeBytes: freeBytes[Math.min(at++, freeBytes.length - 1)] ?? 0 })
}

it('ends nobody while more than half of the floor is free', async () => {
  await sandboxWith('a', 20 * MB)
  expect(await relieve(parts.runner, finding(1.1 * GB))).toEqual([])
  expect(parts.runner.fleet.temperature('a')).toBe('hot')
})

it('ends the micro whose /tmp holds the most, and stops when there is room', async () => {
  await sandboxWith('small', 8 * MB)
  await sandboxWith('large', 30 * MB)
  await sandboxWith('middle', 20 * MB)
  expect(await relieve(parts.runner, finding(0.9 * GB, 0.95 * GB, 1.2 * GB))).toEqual(['large', 'middle'])
  expect(['small', 'large', 'middle'].map((id) => parts.runner.fleet.temperature(id))).toEqual(['hot', 'cold', 'cold'])
})

it('ends nobody whose end would give nothing back, however full the disk is', async () => {
  await sandboxWith('tidy', 1024)
  await sandboxWith('large', 30 * MB)
  expect(await relieve(parts.runner, finding(0))).toEqual(['large'])
  expect(parts.runner.fleet.temperature('tidy')).toBe('hot')
})
