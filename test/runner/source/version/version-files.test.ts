import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../../contract/limits.ts'
import { detectMicro } from '../../../../runner/source/detect-micro.ts'
import { firstLine, requiredPython } from '../../../../runner/source/version/version-files.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'micropush-version-'))
})
afterEach(async () => {
  await rm(dir, { recursive: true })
})

async function detected(files: Record<string, string>, runtime?: string) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text)
  const config = { name: 'hello', src: '.', env: {}, secrets: [], limits: defaultLimits }
  return detectMicro(dir, { ...config, ...(runtime === undefined ? {} : { runtime }) })
}

const engines = (node: unknown) => JSON.stringify({ engines: { node } })

describe('the runtime of a micro whose config names none', () => {
  it.each([
    [{ 'index.js': '', '.nvmrc': 'v18\n' }, 'nodejs18'],
    [{ 'index.js': '', '.node-version': '20.11.1\n' }, 'nodejs20'],
    [{ 'index.js': '', 'package.json': engines('>=16 <21') }, 'nodejs20'],
    [{ 'main.py': '', '.python-version': '3.11\n3.12\n' }, 'python3.11'],
    [{ 'main.py': '', 'runtime.txt': 'python-3.8.16\n' }, 'python3.8'],
    [{ 'main.py': '', 'pyproject.toml': '[project]\nrequires-python = ">=3.9,<3.13"\n' }, 'python3.12'],
  ])('is what %j ask for', async (files, id) => {
    expect((await detected(files)).runtime.id).toBe(id)
  })

  it('comes from the file that is there for nothing else before it comes from a range', async () => {
    const node = { 'index.js': '', '.nvmrc': 'lts/gallium', '.node-version': '20', 'package.json': engines('>=14') }
    expect((await detected(node)).runtime.id).toBe('nodejs16')
  })

  it('is the default where the files are silent, empty or of the other language', async () => {
    const files = { 'index.js': '', '.nvmrc': '# nothing\n', '.python-version': '3.13', 'package.json': engines(7) }
    const found = await detected(files)
    expect(found.runtime.id).toBe('nodejs14')
    expect(found.warnings.join()).not.toContain('nvmrc')
  })

  it('is the default, with a warning, where a file holds junk', async () => {
    const { runtime, warnings } = await detected({ 'main.py': '', 'runtime.txt': 'banana' })
    expect(runtime.id).toBe('python3.9')
    expect(warnings[0]).toBe('runtime.txt says "banana", which names no version; it is passed over.')
  })

  it('is the default where a version file is a folder, or a link to nothing', async () => {
    await mkdir(join(dir, '.nvmrc'))
    await symlink('nowhere', join(dir, '.node-version'))
    expect((await detected({ 'index.js': '' })).runtime.id).toBe('nodejs14')
  })
})

it('what the config names wins over every file, and their junk is no concern then', async () => {
  const files = { 'index.js': '', '.nvmrc': 'banana', 'package.json': engines('14') }
  const found = await detected(files, 'nodejs22')
  expect(found.runtime.id).toBe('nodejs22')
  expect(found.warnings).toEqual([])
})

it('a runtime in the config that does not exist fails, with the nearest ones named', async () => {
  await expect(detected({ 'index.js': '' }, 'nodejs13')).rejects.toMatchObject({
    code: 'runtime-unknown',
    message: expect.stringMatching(/^There is no runtime nodejs13\. There are nodejs12, nodejs14, /),
  })
})

it.each([
  ['\r\n# comment\r\n 18 # the newest\r\n20', '18'],
  ['', undefined],
])('the first line of %j that is not a comment is %j', (text, line) => {
  expect(firstLine(text)).toBe(line)
})

it.each([
  ['[project]\nname = "x"\nrequires-python = ">=3.9"', '>=3.9'],
  ["[project] # ours\nrequires-python='>=3.9' # why", '>=3.9'],
  ['[tool.poetry.dependencies]\npython = "^3.10"\nflask = "*"', '^3.10'],
  ['[other]\nrequires-python = ">=3.9"', undefined],
  ['[project]\nname = "x"\n[tool.other]\nrequires-python = ">=3.9"', undefined],
  ['not toml at all', undefined],
])('pyproject.toml %j requires %j', (text, specifier) => {
  expect(requiredPython(text)).toBe(specifier)
})

it('a line of nothing but marks of comments is read in no time', () => {
  expect(firstLine(`${'#'.repeat(1_000_000)}\u2028x\n18`)).toBe('18')
})
