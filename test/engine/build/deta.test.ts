import { readdir } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { zip } from '../../../runner/build/pip/zip.ts'
import { openStage, type Files } from './stage.ts'

const stage = await openStage()
afterAll(() => stage[Symbol.asyncDispose]())

const config = { runtime: 'python3.13' }

function wheel(name: string, version: string, requires: readonly string[] = []): Files {
  const info = `${name}-${version}.dist-info`
  const metadata = [`Metadata-Version: 2.1`, `Name: ${name}`, `Version: ${version}`]
  const files = {
    [`${name}.py`]: 'OWNER = "a stranger"\n',
    [`${info}/METADATA`]: [...metadata, ...requires.map((one) => `Requires-Dist: ${one}`), ''].join('\n'),
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/RECORD`]: '',
  }
  return { [`wheels/${name}-${version}-py3-none-any.whl`]: zip(files) }
}

/** An index in the repository itself: strangers have higher versions of `deta` there, ready and as setup code that ends the install. */
const index = {
  'main.py': 'app = None',
  ...wheel('deta', '1.1.0'),
  ...wheel('deta', '9.0.0'),
  'wheels/deta-9.1.0.zip': zip({ 'deta-9.1.0/setup.py': 'raise SystemExit("the code of a stranger ran")' }),
  ...wheel('asks', '1.0', ['deta[async]>=1']),
  ...wheel('pins', '1.0', ['deta==1.1.0']),
  ...wheel('wants', '1.0', ['deta>=9']),
}
const options = '--no-index\n--find-links wheels\n'

/** Makes the project itself a package, without another one's help (PEP 517). */
const backend = `import zipfile
def build_wheel(folder, settings=None, metadata=None):
    name = "a-1-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        asks = "asks @ file:///app/wheels/asks-1.0-py3-none-any.whl"
        wheel.writestr("a-1.dist-info/METADATA", f"Metadata-Version: 2.1\\nName: a\\nVersion: 1\\nRequires-Dist: {asks}\\n")
        wheel.writestr("a-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: a\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("a-1.dist-info/RECORD", "")
    return name
`

async function installed(files: Files) {
  const built = await stage.build({ ...index, ...files }, { config })
  expect(built.error, built.output).toBeUndefined()
  return (await readdir(stage.dependencies(built))).filter((name) => name !== '__pycache__').toSorted()
}

describe('a requirement for deta is met by ours, and what strangers have under the name is not run', () => {
  it('when it is listed with a version, extras and a hash in an included file', async () => {
    const base = 'deta[async]==1.1.0 --hash=sha256:00\n'
    const names = await installed({ 'requirements.txt': `${options}-r base.txt\n`, 'base.txt': base })
    expect(names).toEqual(['deta-1.2.0+micropush.dist-info'])
  })

  it('when another package asks for it', async () => {
    const names = await installed({ 'requirements.txt': `${options}asks\n` })
    expect(names).toEqual(['asks-1.0.dist-info', 'asks.py', 'deta-1.2.0+micropush.dist-info'])
  })

  it('when another package asks for one version of it, and the micro for another', async () => {
    const names = await installed({ 'requirements.txt': `${options}pins\ndeta==0.8\n` })
    expect(names).toEqual(['deta-1.1.0+micropush.dist-info', 'pins-1.0.dist-info', 'pins.py'])
  })

  it('when pyproject.toml asks for it, in whatever version', async () => {
    const wanted = ['deta[async]==1.1.0 ; python_version > "3"', 'Deta>=1 ; python_version < "3"']
    const project = `[project]\nname = "a"\nversion = "1"\ndependencies = ${JSON.stringify(wanted)}\n`
    expect(await installed({ 'pyproject.toml': project })).toEqual(['deta-1.2.0+micropush.dist-info'])
  })

  it('when a package that a pyproject.toml with a build backend asks for asks for it', async () => {
    const project = '[project]\nname = "a"\nversion = "1"\ndynamic = ["dependencies"]\n'
    const system = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    const names = await installed({ 'pyproject.toml': project + system, 'backend.py': backend })
    expect(names).toEqual(['a-1.dist-info', 'asks-1.0.dist-info', 'asks.py', 'deta-1.2.0+micropush.dist-info'])
  })

  it('and else the install fails, although strangers have what is asked for', async () => {
    const built = await stage.build({ ...index, 'requirements.txt': `${options}wants\n` }, { config })
    expect(built.error).toMatchObject({ code: 'install-failed' })
    expect(built.error?.message).toMatch(/wants.*deta/)
  })
})

it('a deta that came past all that is found after the install', async () => {
  // Two wheels in one: pip looks at the name of the archive, and unpacks all that is in it.
  const hidden = zip({
    'innocent-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: innocent\nVersion: 1.0\n',
    'innocent-1.0.dist-info/WHEEL': 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    'innocent-1.0.dist-info/RECORD': '',
    'innocent-1.0.data/purelib/deta-9.0.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: deta\nVersion: 9.0.0\n',
  })
  const files = { 'requirements.txt': './wheels/innocent-1.0-py3-none-any.whl\n' }
  const built = await stage.build({ ...index, ...files, 'wheels/innocent-1.0-py3-none-any.whl': hidden }, { config })
  expect(built.error).toMatchObject({
    code: 'install-failed',
    message: expect.stringMatching(/deta-9\.0\.0 came from/),
  })
})

describe('a build command', () => {
  const found = "import json, deta, micropush; json.dump([deta.__file__, micropush.__file__], open('found.json', 'w'))"

  it('finds our library, in Python', async () => {
    const built = await stage.build({ ...index, 'make.py': found }, { config: { ...config, build: 'python3 make.py' } })
    expect(built.error, built.output).toBeUndefined()
    expect(await stage.read(stage.app(built), 'found.json')).toMatch(
      /^\["\/opt\/micropush\/lib\/python\/deta\/.*\/opt\/micropush\/lib\/python\/micropush\//,
    )
  })

  it('finds the app’s own module of that name first', async () => {
    const files = { ...index, 'make.py': found, 'deta.py': '' }
    const built = await stage.build(files, { config: { ...config, build: 'python3 make.py' } })
    expect(await stage.read(stage.app(built), 'found.json'), built.output).toMatch(/^\["\/app\/deta.py"/)
  })

  it('finds it in Node, too, by require and by import', async () => {
    const make = "import { Deta } from 'deta'; import fs from 'fs'; import { createRequire } from 'module'\n"
    const write = "fs.writeFileSync('found.json', createRequire(import.meta.url).resolve('deta') + typeof Deta)\n"
    const build = { runtime: 'nodejs24', build: 'node make.mjs' }
    const built = await stage.build({ 'index.js': '', 'make.mjs': make + write }, { config: build })
    expect(built.error, built.output).toBeUndefined()
    expect(await stage.read(stage.app(built), 'found.json')).toBe('/node_modules/deta/index.jsfunction')
  })
})
