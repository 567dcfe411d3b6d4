import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { MicroConfig } from '../../../../contract/config.ts'
import { completeLegacy } from '../../../../runner/source/legacy/complete-legacy.ts'
import { sampleConfig } from '../../../src/support/samples.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

async function complete(files: Record<string, string>, config: Partial<MicroConfig> = {}) {
  const dir = await temporaryFolder()
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true })
    await writeFile(join(dir, name), text)
  }
  const { config: done, notes } = await completeLegacy(dir, sampleConfig({ legacy: 'deta', ...config }))
  const { entry, runtime, build, run } = done
  return { entry, runtime, build, run, notes }
}

const scripts = (more: Record<string, string>) => JSON.stringify({ scripts: more })

describe('the entry of a micro that was written for Deta', () => {
  it.each([
    ['index.js', { 'index.js': '', 'app.js': '' }],
    ['index.js', { 'index.js': '', 'server.js': '', 'package.json': '{"main":"server.js"}' }],
    ['index.js', { 'index.js': '', 'package.json': scripts({ start: 'node server.js' }), 'server.js': '' }],
    ['main.py', { 'main.py': '', 'app.py': '' }],
    ['main.py', { 'main.py': '', 'package.json': scripts({ start: 'node server.js' }) }],
    ['main.py', { 'main.py': '', 'app.js': '' }],
    [undefined, { 'app.py': '' }],
    [undefined, { 'index.js': '', 'main.py': '' }],
    [undefined, {}],
  ])('is %s among %o', async (entry, files) => {
    expect((await complete(files)).entry).toBe(entry)
  })

  it('is the one that the runtime can start when both are there', async () => {
    const both = { 'index.js': '', 'main.py': '' }
    expect((await complete(both, { runtime: 'python3.9' })).entry).toBe('main.py')
    expect((await complete(both, { runtime: 'nodejs14.x' })).entry).toBe('index.js')
  })

  it('decides against a runtime that cannot start it', async () => {
    expect(await complete({ 'index.js': '' }, { runtime: 'python3.9' })).toMatchObject({
      entry: 'index.js',
      runtime: undefined,
      notes: ['The runtime python3.9 does not fit index.js; the file decides.'],
    })
  })

  it('decides when there is no runtime of that name', async () => {
    expect(await complete({ 'main.py': '' }, { runtime: 'python3.2' })).toMatchObject({
      entry: 'main.py',
      runtime: undefined,
      notes: ['There is no runtime python3.2; the files of the micro decide.'],
    })
  })
})

describe('the build of a micro that was written for Deta', () => {
  const build = scripts({ build: 'tsc' })

  it.each([
    ['module.exports = require("./dist/index.js")', './dist/index.js'],
    ["module.exports = require('./dist').default", './dist'],
    ['const app = require(`./lib/app`)', './lib/app'],
    ['import app from "./dist/app.js"\nexport default app', './dist/app.js'],
    ["import './out.js'", './out.js'],
    ["export { app } from './out.js'", './out.js'],
    ["module.exports = import( './out.mjs' )", './out.mjs'],
  ])('is run when index.js says %s and that is not there', async (text, missing) => {
    const completed = await complete({ 'index.js': text, 'package.json': build })
    expect(completed.build).toBe('npm run build')
    expect(completed.notes).toEqual([
      `index.js loads ${missing}, which is not in the repository, so "npm run build" is run.`,
    ])
  })

  it.each([
    ['what it loads is there', { 'index.js': 'require("./dist")', 'dist/index.js': '', 'package.json': build }],
    [
      'what it loads is there under its ending',
      { 'index.js': 'require("./a"); require("./b")', 'a.json': '', 'b.js': '', 'package.json': build },
    ],
    ['it loads installed packages only', { 'index.js': 'require("express")', 'package.json': build }],
    [
      'the line is a comment',
      { 'index.js': '// require("./dist")\n/* require("./x")\n * require("./y")\n */', 'package.json': build },
    ],
    ['there is no script of that name', { 'index.js': 'require("./dist")', 'package.json': scripts({ test: 'x' }) }],
    ['there is no package.json', { 'index.js': 'require("./dist")' }],
    ['package.json is no JSON', { 'index.js': 'require("./dist")', 'package.json': '{' }],
    ['it loads from outside of the micro', { 'index.js': 'require("../../x")', 'package.json': build }],
    ['the micro is Python', { 'main.py': '', 'package.json': build }],
    ['another file can be started', { 'server.js': '', 'package.json': build }],
  ])('is not run when %s', async (_, files) => {
    expect((await complete(files)).build).toBeUndefined()
  })

  it('is run when it has to make the entry', async () => {
    expect(await complete({ 'src/index.ts': '', 'package.json': build })).toMatchObject({
      build: 'npm run build',
      entry: 'index.js',
    })
    const named = JSON.stringify({ main: 'dist/app.js', scripts: { build: 'tsc' } })
    expect(await complete({ 'package.json': named })).toMatchObject({ build: 'npm run build', entry: undefined })
  })

  it('is the one that the file asks for', async () => {
    const files = { 'index.js': 'require("./dist")', 'package.json': build }
    expect((await complete(files, { build: 'make' })).build).toBe('make')
  })
})

describe('the start of a micro that was written for Deta Space', () => {
  it('is the script behind npm, because a sandbox has none', async () => {
    const files = { 'package.json': scripts({ start: 'node server.js', serve: 'vite preview' }) }
    expect((await complete(files, { run: 'npm start' })).run).toBe('node server.js')
    expect((await complete(files, { run: 'npm run start' })).run).toBe('node server.js')
    expect((await complete(files, { run: 'yarn serve' })).run).toBe('vite preview')
    expect((await complete(files, { run: 'npm run other' })).run).toBe('npm run other')
    expect((await complete(files, { run: 'npm run constructor' })).run).toBe('npm run constructor')
    expect((await complete(files, { run: 'npm start && x' })).run).toBe('npm start && x')
  })

  it('is our own server for a folder of pages', async () => {
    const { run } = await complete({}, { serve: { folders: ['dist', 'build'], singlePage: true } })
    expect(run).toBe("exec node /opt/micropush/node/serve-folder.cjs --single-page './dist' './build'")
  })
})

it('a config that comes from micro.yml stays as it is', async () => {
  const config = sampleConfig()
  expect(await completeLegacy('/nowhere', config)).toEqual({ config, notes: [] })
})
