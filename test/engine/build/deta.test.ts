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
