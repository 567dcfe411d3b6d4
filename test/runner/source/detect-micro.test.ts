import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { MicroConfig } from '../../../contract/config.ts'
import { defaultLimits } from '../../../contract/limits.ts'
import { detectMicro, type Detected } from '../../../runner/source/detect-micro.ts'

/** What is detected in a folder of these files; a name without text is an empty file. */
async function detecting(
  files: readonly string[] | Record<string, string>,
  config: Partial<MicroConfig> = {},
): Promise<Detected> {
  const dir = await mkdtemp(join(tmpdir(), 'micropush-detect-'))
  try {
    const all = Array.isArray(files) ? Object.fromEntries(files.map((name) => [name, ''])) : files
    for (const [name, text] of Object.entries(all as Record<string, string>)) {
      await mkdir(dirname(join(dir, name)), { recursive: true })
      await writeFile(join(dir, name), text)
    }
    return await detectMicro(dir, { name: 'hello', src: '.', env: {}, secrets: [], limits: defaultLimits, ...config })
  } finally {
    await rm(dir, { recursive: true })
  }
}

const loader = (language: 'node' | 'python', entry: string) => ({ kind: 'loader', language, entry })

describe('the entry file', () => {
  it.each([
    [['index.js', 'app.js', 'server.js'], loader('node', 'index.js')],
    [['server.mjs', 'app.js'], loader('node', 'server.mjs')],
    [['app.cjs'], loader('node', 'app.cjs')],
    [['app.py', 'main.py'], loader('python', 'main.py')],
    [['app.py', 'requirements.txt'], loader('python', 'app.py')],
  ])('of %j is found by its name', async (files, launch) => {
    expect((await detecting(files)).launch).toEqual(launch)
  })

  it.each([
    [{ main: './src/server.js' }, ['src/server.js', 'index.js'], 'src/server.js'],
    [{ main: 'lib' }, ['lib/index.js'], 'lib/index.js'],
    [{ main: 'index.js' }, ['app.js'], 'app.js'],
    [{ main: '../../etc/passwd.js' }, ['app.js'], 'app.js'],
    [{ main: 7 }, ['index.mjs'], 'index.mjs'],
  ])('with package.json %j and %j is %s', async (manifest, files, entry) => {
    const all = { ...Object.fromEntries(files.map((name) => [name, ''])), 'package.json': JSON.stringify(manifest) }
    expect((await detecting(all)).launch).toEqual(loader('node', entry))
  })

  it('is a Python one where package.json only serves tools', async () => {
    expect((await detecting({ 'main.py': '', 'package.json': '{}' })).launch).toEqual(loader('python', 'main.py'))
    const both = { 'main.py': '', 'app.js': '', 'requirements.txt': '' }
    expect((await detecting(both)).launch).toEqual(loader('python', 'main.py'))
  })

  it('has to be chosen by a person where both could be meant', async () => {
    await expect(detecting(['index.js', 'main.py'])).rejects.toMatchObject({ code: 'config-invalid' })
    expect((await detecting(['index.js', 'main.py'], { runtime: 'python3.13' })).launch.language).toBe('python')
  })

  it('that the config names must be there and fit the runtime', async () => {
    expect((await detecting(['src/api.js'], { entry: './src/api.js' })).launch).toEqual(loader('node', 'src/api.js'))
    await expect(detecting(['index.js'], { entry: 'api.js' })).rejects.toThrow(/no file api\.js/)
    await expect(detecting(['a.rb'], { entry: 'a.rb' })).rejects.toThrow(/a\.rb must be/)
    await expect(detecting(['a.js'], { entry: 'a.js', runtime: 'python3.13' })).rejects.toThrow(
      /Node\.js file.*python3\.13/,
    )
  })

  it('may be made by a build', async () => {
    const config = { build: 'npm run build', entry: 'dist/index.js' }
    expect(await detecting(['package.json'].map(String), config).catch((error: Error) => error.message)).toMatch(/JSON/)
    expect((await detecting({ 'package.json': '{}' }, config)).launch).toEqual(loader('node', 'dist/index.js'))
    const main = { 'package.json': JSON.stringify({ main: 'dist/main.js' }) }
    expect((await detecting(main, { build: 'tsc' })).launch).toEqual(loader('node', 'dist/main.js'))
  })

  it('that is nowhere is asked for by the names that were looked for', async () => {
    await expect(detecting(['README.md'])).rejects.toMatchObject({ code: 'entry-missing' })
    await expect(detecting(['README.md'])).rejects.toThrow(/index\.js.*main\.py.*start script/)
    await expect(detecting(['index.js'], { runtime: 'python3.13' })).rejects.toThrow(/Looked for: main\.py, app\.py\./)
  })
})

describe('a command', () => {
  it('is what `run` says, in the language of the runtime or of the files', async () => {
    const run = 'gunicorn main:app'
    expect((await detecting(['requirements.txt'], { run })).launch).toEqual({
      kind: 'command',
      language: 'python',
      command: run,
    })
    expect((await detecting([], { run, runtime: 'nodejs24' })).launch.language).toBe('node')
    await expect(detecting(['README.md'], { run })).rejects.toThrow(/`runtime`/)
  })

  it('is the start script of a package.json without an entry file', async () => {
    const start = (script: string) => ({
      'package.json': JSON.stringify({ scripts: { start: script } }),
      'src/www.js': '',
    })
    expect((await detecting(start('next start -p $PORT'))).launch).toEqual({
      kind: 'command',
      language: 'node',
      command: 'next start -p $PORT',
    })
    expect((await detecting(start('node ./src/www'))).launch).toEqual(loader('node', 'src/www.js'))
    expect((await detecting(start('node missing.js'))).launch.kind).toBe('command')
  })
})

describe('the runtime', () => {
  it('is the one that Deta had when none is named, with a warning', async () => {
    const { runtime, warnings } = await detecting(['index.js'])
    expect(runtime.id).toBe('nodejs14')
    expect(warnings).toEqual([
      'nodejs14 is past its end of life (2023-04-30); name a newer `runtime` in the micro config file.',
    ])
  })

  it('is the one that is named, in any spelling', async () => {
    expect(await detecting(['index.js'], { runtime: 'node 24' })).toMatchObject({
      runtime: { id: 'nodejs24' },
      warnings: [],
    })
  })

  it('that is unknown is answered with the list', async () => {
    await expect(detecting(['index.js'], { runtime: 'nodejs99' })).rejects.toMatchObject({ code: 'runtime-unknown' })
    await expect(detecting(['index.js'], { runtime: 'nodejs99' })).rejects.toThrow(/nodejs24/)
  })
})

it('submodules are warned of', async () => {
  expect((await detecting(['index.js', '.gitmodules'], { runtime: 'nodejs24' })).warnings).toEqual([
    expect.stringContaining('Submodules'),
  ])
})
