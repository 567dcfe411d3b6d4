import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { usedMemory } from '../../../../runner/sandbox/cgroup/used-memory.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cgroup-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const v1 = {
  'memory.usage_in_bytes': '1000\n',
  'memory.stat': 'cache 9\ntotal_cache 600\ntotal_rss 400\ntotal_shmem 150\n',
}
const v2 = { 'memory.current': '1000\n', 'memory.stat': 'anon 400\nfile 600\nshmem 150\n' }

it.each([
  ['memory/docker/c1', v1],
  ['memory/system.slice/docker-c1.scope', v1],
  ['docker/c1', v2],
  ['system.slice/docker-c1.scope', v2],
])('files that are cached do not count, shared memory does: %s', async (folder, files) => {
  await mkdir(join(root, folder), { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, folder, name), text)
  expect(await usedMemory('c1', root)).toBe(550)
})

it('one that is gone has none', async () => {
  expect(await usedMemory('c1', root)).toBeUndefined()
})
