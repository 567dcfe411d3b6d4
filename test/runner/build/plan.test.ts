import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { layerKey, type InstallPlan } from '../../../runner/build/plan/install-plan.ts'
import { planNode } from '../../../runner/build/plan/plan-node.ts'
import { planPython } from '../../../runner/build/plan/plan-python.ts'

type Files = Record<string, string | Buffer>

async function withFiles<T>(files: Files, use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'micropush-plan-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, name)), { recursive: true })
      await writeFile(join(dir, name), text)
    }
    return await use(dir)
  } finally {
    await rm(dir, { recursive: true })
  }
}

const manifest = (value: object) => ({ 'package.json': JSON.stringify(value) })
const node = (files: Files, builds = false) => withFiles(files, (dir) => planNode(dir, builds))
const python = (files: Files) => withFiles(files, planPython)
const key = (plan: InstallPlan | undefined) => (plan === undefined ? undefined : layerKey(plan, 'image'))

describe('a package.json', () => {
  it('without dependencies needs no install', async () => {
    expect(await node({})).toBeUndefined()
    expect(await node(manifest({ name: 'a', scripts: { test: 'x' }, devDependencies: { jest: '1' } }))).toBeUndefined()
    expect(await node(manifest({ devDependencies: { typescript: '7' } }), true)).toMatchObject({ manager: 'npm' })
  })

  it.each([
    ['package-lock.json', '{}', 'npm', 'npm ci --omit=dev'],
    ['npm-shrinkwrap.json', '{}', 'npm', 'npm ci --omit=dev'],
    ['pnpm-lock.yaml', 'lockfileVersion: 9', 'pnpm', '--frozen-lockfile'],
    ['yarn.lock', '# yarn lockfile v1\n', 'yarn', '--frozen-lockfile'],
    ['yarn.lock', '__metadata:\n  version: 8\n', 'yarn-berry', 'install --immutable'],
    ['README.md', '', 'npm', 'npm install --no-package-lock'],
  ])('with %s (%j) is installed by %s', async (...[lock, text, manager, command]) => {
    const plan = await node({ ...manifest({ dependencies: { ms: '1' } }), [lock]: text })
    expect(plan).toMatchObject({ manager, wholeSource: false, prune: '' })
    expect(plan?.install).toContain(command)
  })

  it('gives the same layer for another name, version, script or source, and another for another range, lock file or .npmrc', async () => {
    const base = { dependencies: { ms: '1' } }
    const keys = await Promise.all(
      [
        manifest(base),
        { ...manifest({ ...base, name: 'b', version: '2.0.0', scripts: { test: 'x' } }), 'index.js': 'x' },
        manifest({ dependencies: { ms: '2' } }),
        { ...manifest(base), 'package-lock.json': '{}' },
        { ...manifest(base), '.npmrc': 'legacy-peer-deps=true' },
      ].map(async (files) => key(await node(files))),
    )
    expect(keys[1]).toBe(keys[0])
    expect(new Set(keys).size).toBe(4)
  })

  it.each([
    [{ dependencies: { a: 'file:../a' } }],
    [{ dependencies: { a: 'workspace:*' } }],
    [{ dependencies: { a: './lib/a' } }],
    [{ dependencies: { ms: '1' }, scripts: { postinstall: 'node x' } }],
    [{ workspaces: ['packages/*'] }],
  ])('%j needs the whole source', async (value) => {
    expect(await node(manifest(value))).toMatchObject({ wholeSource: true })
  })

  it('does not fail for tools that put hooks into a git folder', async () => {
    const plan = await node(manifest({ dependencies: { ms: '1' }, scripts: { prepare: 'husky install' } }))
    expect(plan).toMatchObject({ wholeSource: false })
  })

  it('that is no JSON is refused in words', async () => {
    await expect(node({ 'package.json': '{ "a": }' })).rejects.toMatchObject({ code: 'install-failed' })
    await expect(node({ 'package.json': '[]' })).rejects.toThrow(/not a JSON object/)
    await expect(node(manifest({ dependencies: 'ms' }))).rejects.toThrow(/not an object/)
  })

  it('for a build brings development dependencies, and takes them away after it', async () => {
    const plan = await node({ ...manifest({ dependencies: { ms: '1' } }), 'package-lock.json': '{}' }, true)
    expect(plan?.install).toContain('--include=dev')
    expect(plan?.prune).toContain('npm prune --omit=dev')
  })
})

describe('Python requirements', () => {
  it('that are empty, or only comments, need no install', async () => {
    expect(await python({})).toBeUndefined()
    expect(await python({ 'requirements.txt': '\n# nothing\n' })).toBeUndefined()
    expect(await python({ 'pyproject.toml': '[tool.black]\nline-length = 100\n' })).toBeUndefined()
    expect(await python({ 'pyproject.toml': '[project]\nname = "a"\ndependencies = []\n' })).toBeUndefined()
  })

  it('are read in every encoding that Windows writes', async () => {
    const text = 'six==1.17.0\r\nflask\r\n'
    const inputs = await Promise.all(
      [
        Buffer.from(text),
        Buffer.from(`\uFEFF${text}`),
        Buffer.from(`\uFEFF${text}`, 'utf16le'),
        Buffer.from(text, 'utf16le'),
        Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
      ].map(async (bytes) => (await python({ 'requirements.txt': bytes }))?.inputs['requirements.txt']),
    )
    expect(new Set(inputs)).toEqual(new Set(['six==1.17.0\nflask\n']))
  })

  it('include other files, which must be there', async () => {
    const files = {
      'requirements.txt': '-r req/base.txt\n-c limits.txt',
      'req/base.txt': '-r more.txt',
      'req/more.txt': 'six',
      'limits.txt': 'six<2',
    }
    expect(Object.keys((await python(files))?.inputs ?? {})).toEqual([
      'requirements.txt',
      'req/base.txt',
      'req/more.txt',
      'limits.txt',
    ])
    await expect(python({ 'requirements.txt': '-r none.txt' })).rejects.toThrow(/requirements\.txt includes none\.txt/)
    await expect(python({ 'requirements.txt': '-r ../../etc/passwd' })).rejects.toMatchObject({
      code: 'install-failed',
    })
  })

  it.each(['-e .', '.', './lib', 'wheels/a-1.0-py3-none-any.whl', 'a @ file:./a', '--find-links wheels', '.[extra]'])(
    '%s needs the whole source',
    async (line) => {
      expect(await python({ 'requirements.txt': line })).toMatchObject({ wholeSource: true })
    },
  )

  it.each([
    'six',
    'six>=1,<2 ; python_version > "3"',
    'a @ https://example.com/a-1.0.tar.gz',
    'git+https://example.com/a.git#egg=a',
    '--index-url https://example.com/simple',
    'six --hash=sha256:00',
  ])('%s does not', async (line) => {
    expect(await python({ 'requirements.txt': `six\n${line}` })).toMatchObject({ wholeSource: false })
  })

  it('are not installed as pointers to folders of the builder', async () => {
    const plan = await python({ 'requirements.txt': '-e ./lib\n--editable=.\n-e git+https://example.com/a#egg=a\n' })
    expect(plan?.inputs['requirements.txt']).toBe('./lib\n.\n-e git+https://example.com/a#egg=a\n')
  })

  it('come before those of pyproject.toml', async () => {
    const plan = await python({ 'requirements.txt': 'six', 'pyproject.toml': '[project]\ndependencies = ["flask"]' })
    expect(plan?.install).toContain('-r requirements.txt')
  })

  it('of pyproject.toml are listed, or else the project is installed', async () => {
    const listed = await python({ 'pyproject.toml': '[project]\nname = "a"\ndependencies = [\n  "flask>=3",\n]\n' })
    expect(listed).toMatchObject({ wholeSource: false })
    const whole = await python({
      'pyproject.toml': '[build-system]\nrequires = ["poetry-core"]\n[tool.poetry]\nname = "a"\n',
    })
    expect(whole).toMatchObject({ wholeSource: true })
  })
})

// What takes the square of a file's length needs minutes for each of these, and the test's own deadline ends it.
describe('a file that is made to be read slowly', () => {
  it.each([
    ['requirements.txt', `${' #'.repeat(500_000)}\rx`],
    ['pyproject.toml', `${'\n'.repeat(1_000_000)}x`],
    ['pyproject.toml', `[project]\n${'dynamic=[\n'.repeat(100_000)}`],
    ['pyproject.toml', `[project]\n${'dependencies\n'.repeat(100_000)}`],
  ])('%s is read as quickly as any (%#)', async (name, text) => {
    await python({ [name]: text })
  })

  it('ends where links to folders lead upwards', async () => {
    await withFiles(
      { ...manifest({ dependencies: { ms: '1' } }), 'pnpm-lock.yaml': 'lockfileVersion: 9', 'patches/x/p.patch': 'p' },
      async (dir) => {
        for (const name of ['a', 'b', 'c']) await symlink('.', join(dir, 'patches', name))
        expect(Object.keys((await planNode(dir, false))?.inputs ?? {})).toContain('patches/x/p.patch')
      },
    )
  })

  it('is refused when all that an install would read is too large', async () => {
    const lock = { 'yarn.lock': '__metadata:\n  version: 8\n' }
    const files = Object.fromEntries(['a', 'b', 'c'].map((n) => [`.yarn/releases/${n}`, Buffer.alloc(11 * 1024 ** 2)]))
    const refused = node({ ...manifest({ dependencies: { ms: '1' } }), ...lock, ...files })
    await expect(refused).rejects.toMatchObject({ code: 'install-failed', message: expect.stringMatching(/32 MB/) })
    const lines = 'x==1 --hash=sha256:0\n'.repeat(600_000)
    const included = { 'requirements.txt': '-r a\n-r b\n-r c', a: lines, b: lines, c: lines }
    await expect(python(included)).rejects.toMatchObject({ code: 'install-failed' })
    // Lists that a person or a tool writes are far smaller than lock files.
    const list = { 'requirements.txt': 'a\n'.repeat(3_000_000) }
    await expect(python(list)).rejects.toMatchObject({ code: 'install-failed', message: expect.stringMatching(/4 MB/) })
  })
})
