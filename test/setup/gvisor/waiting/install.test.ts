import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
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
  expect(text).toContain(process.execPath)
  expect(text + (await readFile(join(folder, 'prepare-bundle.cjs'), 'utf8'))).not.toMatch(/%[A-Z]+%/)
  expect((await stat(path)).mode & 0o777).toBe(0o755)
  execFileSync('sh', ['-n', path])
})
