import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { installWaitingRuntime } from '../../../../setup/gvisor/waiting/install.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mp-waiting-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

test('the runtime is a shell script with everything filled in, which nobody but its owner can change', async () => {
  const folder = join(dir, "it's here")
  const path = await installWaitingRuntime({ path: '/opt/runsc', flags: ['--platform=systrap'] }, folder)
  const text = await readFile(path, 'utf8')
  expect(text).toContain("RUNSC='/opt/runsc'")
  expect(text).toContain("'--platform=systrap'")
  const both = text + (await readFile(join(folder, 'prepare-bundle.cjs'), 'utf8'))
  expect(both).not.toMatch(/%[A-Z]+%/)
  // Docker calls it for as long as it is registered, whatever has become of the checkout that installed it.
  expect(both).not.toContain(process.execPath)
  expect(both).not.toContain(join(import.meta.dirname, '../../../..'))
  expect(execFileSync(join(folder, 'node'), ['--version'], { encoding: 'utf8' }).trim()).toBe(process.version)
  expect((await stat(path)).mode & 0o777).toBe(0o755)
  execFileSync('sh', ['-n', path])
})

test('a copy that is there already is left alone, and one of another Node is replaced', async () => {
  const node = join(dir, 'node')
  const install = () => installWaitingRuntime({ path: '/opt/runsc', flags: [] }, dir)
  await install()
  const { ino } = await stat(node)
  await install()
  expect((await stat(node)).ino).toBe(ino)
  await writeFile(node, 'another')
  await install()
  expect(execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()).toBe(process.version)
})
