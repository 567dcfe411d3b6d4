import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../contract/limits.ts'
import { openStage } from './stage.ts'

const stage = await openStage()
afterAll(() => stage[Symbol.asyncDispose]())

const config = { runtime: 'python3.13' }
const main = { 'main.py': 'import six\napp = None\n' }

describe('dependencies of a Python micro', () => {
  it('are installed from a requirements.txt that PowerShell wrote, with their byte-code', async () => {
    const requirements = Buffer.from('\uFEFFsix==1.17.0\r\n', 'utf16le')
    const built = await stage.build({ ...main, 'requirements.txt': requirements }, { config })
    expect(built.error, built.output).toBeUndefined()
    const names = await readdir(stage.dependencies(built))
    expect(names).toEqual(expect.arrayContaining(['six.py', '__pycache__']))
    expect(names).not.toContain('.tmp')
    expect(await readdir(join(stage.dependencies(built), '__pycache__'))).toEqual(['six.cpython-313.pyc'])
    expect(await readdir(stage.app(built))).toEqual(['main.py', 'requirements.txt'])
    expect(await stage.containers()).toEqual([])
  })

  it('are not installed again when only source changed', async () => {
    const since = Date.now()
    const built = await stage.build({ 'main.py': 'app = 1', 'requirements.txt': 'six==1.17.0\n' }, { config })
    expect(built.result).toMatchObject({ cached: true })
    expect(await stage.buildersSince(since)).toBe(0)
  })

  it('come from pyproject.toml where there is no requirements.txt', async () => {
    const project = '[project]\nname = "hello"\nversion = "1"\ndependencies = [\n  "six==1.16.0",\n]\n'
    const built = await stage.build({ ...main, 'pyproject.toml': project }, { config })
    expect(built.error, built.output).toBeUndefined()
    expect(await readdir(stage.dependencies(built))).toContain('six-1.16.0.dist-info')
  })

  it('may lie in the repository itself', async () => {
    const files = {
      ...main,
      'requirements.txt': './lib\n',
      'lib/pyproject.toml': '[project]\nname = "ada-lib"\nversion = "1"\n[tool.setuptools]\npy-modules = ["ada_lib"]\n',
      'lib/ada_lib.py': 'answer = 42\n',
    }
    const built = await stage.build(files, { config })
    expect(built.error, built.output).toBeUndefined()
    expect(await readdir(stage.dependencies(built))).toContain('ada_lib.py')
    expect((await readdir(stage.app(built))).toSorted()).toEqual(['lib', 'main.py', 'requirements.txt'])
    expect((await stage.build(files, { config })).result?.cached).toBe(true)
  })

  it('that do not exist fail in words that name them', async () => {
    const built = await stage.build({ ...main, 'requirements.txt': 'six==99.0\n' }, { config })
    expect(built.error).toMatchObject({ code: 'install-failed' })
    expect(built.error?.message).toContain('six==99.0')
  })

  it('are there for a build', async () => {
    const build = "python3 -c \"import six; open('made.txt', 'w').write(six.__version__)\""
    const built = await stage.build({ ...main, 'requirements.txt': 'six==1.17.0\n' }, { config: { ...config, build } })
    expect(built.error, built.output).toBeUndefined()
    expect(await stage.read(stage.app(built), 'made.txt')).toBe('1.17.0')
    expect(built.details).toEqual(['Building'])
  })
})

describe('a list of Python packages', () => {
  it('that pins pip itself installs, and what is pinned is not in the way of the rest', async () => {
    const built = await stage.build({ ...main, 'requirements.txt': 'pip==23.0\nsix==1.17.0\n' }, { config })
    expect(built.error, built.output).toBeUndefined()
    expect(await readdir(stage.dependencies(built))).toContain('six.py')
  })

  it.each([
    ['six==1.17.0\ngit+http://127.0.0.1:9/ada/lib.git@main#egg=lib', 'requirements.txt, line 2'],
    ['# ours\nsix==1.17.0\nsix-that-was-never-there==1', 'requirements.txt, line 3'],
  ])('fails in words that name the line: %j', async (requirements, line) => {
    const built = await stage.build({ ...main, 'requirements.txt': requirements }, { config })
    expect(built.error).toMatchObject({ code: 'install-failed' })
    expect(built.error?.message).toContain(`(${line})`)
  })

  it('that take too much space are refused, the largest named with the lines that ask for them', async () => {
    const limits = { ...defaultLimits, dependencyBytes: 5000 }
    const files = { ...main, 'requirements.txt': '# two\nsix==1.17.0\nPyYAML==6.0.3\n' }
    const built = await stage.build(files, { config: { ...config, limits } })
    expect(built.error).toMatchObject({ code: 'dependencies-too-large' })
    expect(built.error?.message).toMatch(
      /PyYAML .*MB \(requirements\.txt, line 3\), .*six .*KB \(requirements\.txt, line 2\)/i,
    )
  })

  it('and a virtual environment that was committed do no harm to each other', async () => {
    const files = {
      ...main,
      'requirements.txt': 'six==1.17.0\n',
      'venv/lib/python3.9/site-packages/six.py': 'broken =',
    }
    const built = await stage.build(files, { config })
    expect(built.error, built.output).toBeUndefined()
    expect(built.result?.cached).toBe(true)
  })
})
