import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeRegistration } from '../../../setup/gvisor/register.ts'

const opt = { runsc: '/opt/runsc', waiting: '/opt/waiting' }
let dir: string
let path: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mp-register-'))
  path = join(dir, 'docker/daemon.json')
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const read = async () => JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>

test('the runtime is written into a configuration that was not there, once', async () => {
  expect(await writeRegistration(path, opt)).toBe(true)
  expect(await read()).toMatchObject({
    runtimes: { runsc: { path: '/opt/runsc' }, 'micropush-waiting': { path: '/opt/waiting' } },
  })
  expect(await writeRegistration(path, opt)).toBe(false)
})

test('everything else in the configuration stays as it is, and so does its mode', async () => {
  path = join(dir, 'daemon.json')
  const mine = { 'log-level': 'warn', runtimes: { other: { path: '/bin/other' } } }
  await writeFile(path, JSON.stringify(mine))
  await chmod(path, 0o600)
  await writeRegistration(path, opt)
  expect(await read()).toMatchObject(mine)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test.each(['{ "a": 1,, }', '[]', 'null'])(
  'a configuration that is no JSON object is refused and left alone: %s',
  async (text) => {
    path = join(dir, 'daemon.json')
    await writeFile(path, text)
    await expect(writeRegistration(path, opt)).rejects.toThrow(/daemon\.json .*left as it is|was left as it is/)
    expect(await readFile(path, 'utf8')).toBe(text)
  },
)
