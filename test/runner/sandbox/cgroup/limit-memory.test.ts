import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLimitMemory } from '../../../../runner/sandbox/cgroup/limit-memory.ts'

const containerId = 'c0ffee'.repeat(10) + '0000'
const member = { pid: 7, containerId }
let machine: string
beforeEach(async () => {
  machine = await mkdtemp(join(tmpdir(), 'limit-'))
})
afterEach(() => rm(machine, { recursive: true }))

/** A machine whose kernel has these files in the cgroup of process 7. */
async function machineWith(hierarchy: string, path: string, files: readonly string[]) {
  await mkdir(join(machine, 'proc', '7'), { recursive: true })
  await writeFile(join(machine, 'proc', '7', 'cgroup'), `${hierarchy}:/${path}\n`)
  await mkdir(join(machine, 'sys', path), { recursive: true })
  for (const file of files) await writeFile(join(machine, 'sys', path, file), '512')
  const controllers = hierarchy === '0:' ? undefined : new Set(['memory'])
  return { proc: join(machine, 'proc'), mounts: [{ folder: join(machine, 'sys'), root: '/', controllers }] }
}
const read = (path: string, file: string) => readFile(join(machine, 'sys', path, file), 'utf8')

test('v1 has memory and memory with swap to say', async () => {
  const path = `docker/${containerId}`
  const files = ['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes']
  const limit = await openLimitMemory(await machineWith('4:memory', path, files), member)
  await limit?.(1024, 512)
  expect(await Promise.all(files.map((file) => read(path, file)))).toEqual(['1024', '1024'])
})

test('v2 has one number', async () => {
  const path = `docker/${containerId}`
  const limit = await openLimitMemory(await machineWith('0:', path, ['memory.max']), member)
  await limit?.(256, 512)
  expect(await read(path, 'memory.max')).toBe('256')
})

test('nothing is changed where systemd would write its own again', async () => {
  const seen = await machineWith('0:', `system.slice/docker-${containerId}.scope`, ['memory.max'])
  expect(await openLimitMemory(seen, member)).toBeUndefined()
})

test('nothing is changed where memory is not limited', async () => {
  expect(await openLimitMemory(await machineWith('0:', `docker/${containerId}`, []), member)).toBeUndefined()
})
