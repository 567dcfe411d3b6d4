import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runSuites } from '../../../cli/test/run-suites.ts'

let root = ''

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'mp-suites-')))
  await symlink(join(import.meta.dirname, '../../../node_modules'), join(root, 'node_modules'))
  await writeFile(join(root, 'vitest.config.mjs'), `export default { test: { projects: [{ test: { name: 'all' } }] } }`)
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function suite(path: string, body: string): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(
    join(root, path),
    `import { test, expect } from 'vitest'\nimport fs from 'node:fs'\ntest('it', () => { ${body} })\n`,
  )
}
const run = () => runSuites({ root, projects: ['all'] }, AbortSignal.timeout(60_000))
const onlyOnceMore = (path: string) =>
  `const was = fs.existsSync(${JSON.stringify(path)}); fs.writeFileSync(${JSON.stringify(path)}, ''); expect(was).toBe(true)`

test('what fails beside others and passes alone leaves the run green', async () => {
  await suite('test/engine/unsteady.test.mjs', onlyOnceMore(join(root, 'was-here')))
  await suite('test/unit.test.mjs', 'expect(1).toBe(1)')
  expect(await run()).toBe(0)
})

test('what fails alone as well fails the run', async () => {
  await suite('test/engine/broken.test.mjs', 'expect(1).toBe(2)')
  expect(await run()).not.toBe(0)
})

test('a unit test has one try', async () => {
  await suite('test/unit.test.mjs', onlyOnceMore(join(root, 'was-here')))
  expect(await run()).not.toBe(0)
})
