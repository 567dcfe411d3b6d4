import { lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../contract/limits.ts'
import { openStage } from './stage.ts'

const stage = await openStage()
afterAll(() => stage[Symbol.asyncDispose]())

const nodejs24 = { runtime: 'nodejs24' }
const json = (value: unknown) => JSON.stringify(value)
const index = { 'index.js': 'module.exports = require("ms")' }
const withMs = { ...index, 'package.json': json({ name: 'a', version: '1.0.0', dependencies: { ms: '2.1.3' } }) }
const MS_INTEGRITY = 'sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA=='

async function nothingLeft() {
  expect(await stage.containers()).toEqual([])
  expect(await readdir(join(stage.dataDir, 'builds'))).toEqual([])
}

describe('dependencies of a Node micro', () => {
  it('are installed in a builder, and belong to root', async () => {
    const built = await stage.build(withMs, { config: nodejs24 })
    expect(built.error).toBeUndefined()
    expect(built.details).toEqual(['Installing dependencies'])
    const file = join(stage.dependencies(built), 'ms/index.js')
    expect(await stat(file)).toMatchObject({ uid: 0, gid: 0, mode: 0o100644 })
    expect((await stat(stage.dependencies(built))).mode & 0o777).toBe(0o755)
    expect(built.result?.sizes.dependencyBytes).toBeGreaterThan(1000)
    expect((await stat(join(stage.app(built), 'node_modules'))).isDirectory()).toBe(true)
    await nothingLeft()
  })

  it('are not installed again when only source, version or scripts changed', async () => {
    const since = Date.now()
    const manifest = json({ name: 'b', version: '2.0.0', scripts: { test: 'true' }, dependencies: { ms: '2.1.3' } })
    const built = await stage.build({ 'index.js': 'other', 'package.json': manifest }, { config: nodejs24 })
    expect(built.result).toMatchObject({ cached: true })
    expect(built.details).toEqual([])
    expect(await stage.buildersSince(since)).toBe(0)
  })

  it('are not looked for when there are none', async () => {
    const since = Date.now()
    const built = await stage.build({ ...index, 'package.json': json({ name: 'a' }) }, { config: nodejs24 })
    expect(built.result).toMatchObject({ cached: false, sizes: { dependencyBytes: 0 } })
    expect(built.result?.artifacts.dependencies).toBeUndefined()
    expect(await stage.buildersSince(since)).toBe(0)
  })

  it('are installed once when two deployments want the same at the same time', async () => {
    const since = Date.now()
    const manifest = { 'package.json': json({ dependencies: { ms: '2.1.2' } }) }
    const builds = await Promise.all(
      ['1', '2'].map((content) => stage.build({ 'index.js': content, ...manifest }, { config: nodejs24 })),
    )
    expect(builds.map(({ error }) => error)).toEqual([undefined, undefined])
    expect(builds.map(({ result }) => result?.cached).toSorted()).toEqual([false, true])
    expect(await stage.buildersSince(since)).toBe(1)
  })

  it.each([
    [
      'package-lock.json',
      json({
        lockfileVersion: 3,
        packages: { '': { dependencies: { ms: '^2.0.0' } }, 'node_modules/ms': { version: '2.1.1' } },
      }),
      '2.1.1',
    ],
    [
      'pnpm-lock.yaml',
      `lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      ms:\n        specifier: ^2.0.0\n        version: 2.1.3\npackages:\n  ms@2.1.3:\n    resolution: {integrity: ${MS_INTEGRITY}}\nsnapshots:\n  ms@2.1.3: {}\n`,
      '2.1.3',
    ],
    ['yarn.lock', `# yarn lockfile v1\n\n\nms@^2.0.0:\n  version "2.1.3"\n  integrity ${MS_INTEGRITY}\n`, '2.1.3'],
  ])('follow %s', async (lock, text, version) => {
    const files = { ...index, 'package.json': json({ dependencies: { ms: '^2.0.0' } }), [lock]: text }
    const built = await stage.build(files, { config: nodejs24 })
    expect(built.error, built.output).toBeUndefined()
    expect(JSON.parse(await stage.read(stage.dependencies(built), 'ms/package.json'))).toMatchObject({ version })
  })

  const lockOfMs = json({
    lockfileVersion: 3,
    packages: { '': { dependencies: { ms: '^2.0.0' } }, 'node_modules/ms': { version: '2.1.1' } },
  })
  it.each([
    ['without a lock file', {}, {}],
    ['with a lock file', { 'package-lock.json': lockOfMs }, {}],
    ['with install scripts of the micro itself', {}, { scripts: { postinstall: 'node -e 1' } }],
  ])('take the place of a node_modules folder that was committed, %s', async (_, lock, more) => {
    const committed = {
      'node_modules/ms/index.js': 'committed',
      'node_modules/ms/package.json': json({ name: 'ms', version: '2.1.1' }),
      'node_modules/ms/left.js': 'committed',
      'node_modules/left/index.js': 'committed',
      'node_modules/.bin/left': 'committed',
      // By this file npm knows what is installed already.
      'node_modules/.package-lock.json': json({
        name: 'a',
        lockfileVersion: 3,
        requires: true,
        packages: { 'node_modules/ms': { version: '2.1.1' }, 'node_modules/left': { version: '1.0.0' } },
      }),
    }
    const manifest = { 'package.json': json({ name: 'a', dependencies: { ms: '^2.0.0' }, ...more }) }
    const built = await stage.build({ ...index, ...manifest, ...lock, ...committed }, { config: nodejs24 })
    expect(built.error, built.output).toBeUndefined()
    const files = await readdir(stage.dependencies(built), { recursive: true })
    expect(files.filter((name) => name.includes('left'))).toEqual([])
    expect(await stage.read(stage.dependencies(built), 'ms/index.js')).toContain('module.exports')
    expect(await readdir(join(stage.app(built), 'node_modules'))).toEqual([])
  })

  it('that do not exist fail in words that name them', async () => {
    const manifest = json({ dependencies: { ms: '99.0.0' } })
    const built = await stage.build({ ...index, 'package.json': manifest }, { config: nodejs24 })
    expect(built.error).toMatchObject({ code: 'install-failed' })
    expect(built.error?.message).toMatch(/ms@99\.0\.0/)
    await nothingLeft()
  })

  it('that do not fit their lock file fail in words that say so', async () => {
    const lock = json({ lockfileVersion: 3, packages: { '': { dependencies: {} } } })
    const built = await stage.build({ ...withMs, 'package-lock.json': lock }, { config: nodejs24 })
    expect(built.error).toMatchObject({ code: 'install-failed' })
    expect(built.error?.message).toMatch(/in sync/)
  })

  it('that are too large are refused, the largest named, also when they are in the store', async () => {
    const limits = { ...defaultLimits, dependencyBytes: 5000 }
    const manifest = json({ dependencies: { ms: '2.1.0', 'is-number': '7.0.0' } })
    const files = { ...index, 'package.json': manifest }
    const refused = await stage.build(files, { config: { ...nodejs24, limits } })
    expect(refused.error).toMatchObject({ code: 'dependencies-too-large' })
    expect(refused.error?.message).toMatch(/is-number .*KB, ms .*KB/)
    expect((await stage.build(files, { config: nodejs24 })).result?.cached).toBe(false)
    const again = await stage.build(files, { config: { ...nodejs24, limits } })
    expect(again.error).toMatchObject({ code: 'dependencies-too-large' })
    await nothingLeft()
  })
})

describe('an install script', () => {
  const script = (text: string) => ({
    ...index,
    'package.json': json({ dependencies: { ms: '2.1.3' }, scripts: { postinstall: 'node look.js' } }),
    'look.js': text,
  })

  it('finds no token, no other folder, no privilege and no way to the engine', async () => {
    process.env['NPM_TOKEN'] = 'a-token-of-the-runner'
    const look = `
      const fs = require('fs')
      const attempt = (what) => { try { return what() } catch (error) { return error.code } }
      const status = fs.readFileSync('/proc/self/status', 'utf8')
      console.log('FOUND' + JSON.stringify({
        env: Object.entries(process.env).join(' '),
        uid: process.getuid(),
        caps: /CapEff:\\s*(\\w+)/.exec(status)[1],
        bounding: /CapBnd:\\s*(\\w+)/.exec(status)[1],
        newPrivileges: /NoNewPrivs:\\s*(\\d)/.exec(status)[1],
        seccomp: /Seccomp:\\s*(\\d)/.exec(status)[1],
        docker: attempt(() => fs.statSync('/var/run/docker.sock').size),
        root: attempt(() => fs.writeFileSync('/evil', '')),
        source: attempt(() => fs.writeFileSync('/source/evil', '')),
        npmrc: attempt(() => fs.readFileSync(process.env.npm_config_userconfig || '/none', 'utf8')),
        mounts: fs.readFileSync('/proc/self/mountinfo', 'utf8'),
      }))`
    const built = await stage.build(script(look), { config: nodejs24 }).finally(() => delete process.env['NPM_TOKEN'])
    expect(built.error, built.output).toBeUndefined()
    // npm keeps what scripts print to itself unless they fail, so the script's word comes in its own way.
    const found = JSON.parse(/FOUND(.*)/.exec(built.output)?.[1] ?? '{}')
    expect(found).toMatchObject({
      caps: '0000000000000000',
      bounding: '0000000000000000',
      newPrivileges: '1',
      seccomp: '2',
    })
    expect(found).toMatchObject({ docker: 'ENOENT', root: 'EROFS', source: 'EROFS' })
    expect(found.uid).toBeGreaterThanOrEqual(265_536)
    expect(`${found.env} ${found.npmrc}`).not.toMatch(/a-token-of-the-runner|_auth|password/i)
    expect(found.mounts).not.toContain(join(stage.dataDir, 'artifacts'))
  })

  it('cannot leave ways out or set-uid programs in what is kept', async () => {
    const look = `
      const fs = require('fs')
      fs.symlinkSync('/etc/passwd', 'node_modules/ms/out')
      fs.symlinkSync('index.js', 'node_modules/ms/in')
      fs.writeFileSync('node_modules/ms/suid', 'x', { mode: 0o700 })
      fs.chmodSync('node_modules/ms/suid', 0o4700)`
    const built = await stage.build(script(look), { config: nodejs24 })
    const names = await readdir(join(stage.dependencies(built), 'ms'))
    expect(names).toContain('in')
    expect(names).not.toContain('out')
    expect(built.output).toContain('Left out ms/out')
    expect((await lstat(join(stage.dependencies(built), 'ms/suid'))).mode & 0o7777).toBe(0o755)
  })

  it('that takes too much memory is told so', async () => {
    const look = 'const all = []; for (;;) all.push(Buffer.alloc(64 * 1024 * 1024, 1))'
    const built = await stage.build(script(look), { config: nodejs24 })
    expect(built.error).toMatchObject({ code: 'out-of-memory' })
    expect(built.error?.message).toContain('2048 MB')
  })

  it('ends when its deployment is cancelled, and nothing is left', async () => {
    const abort = new AbortController()
    const look = `process.stderr.write('begun'); setInterval(() => {}, 1000)`
    const built = await stage.build(
      {
        ...script(look),
        'package.json': json({ scripts: { postinstall: 'node look.js' } }),
        '.npmrc': 'foreground-scripts=true',
      },
      {
        config: nodejs24,
        signal: abort.signal,
        onOutput: (text) => {
          if (text.includes('begun')) abort.abort(new Error('superseded'))
        },
      },
    )
    expect(built.error?.message).toBe('superseded')
    await nothingLeft()
  })
})

describe('a build', () => {
  const files = {
    'package.json': json({
      main: 'dist/index.js',
      dependencies: { ms: '2.1.3' },
      devDependencies: { 'is-number': '7.0.0' },
    }),
    'build.js': `const fs = require('fs'); fs.mkdirSync('dist'); fs.writeFileSync('dist/index.js', String(require('is-number')(process.env.ANSWER)))`,
  }
  const config = { ...nodejs24, build: 'node build.js', env: { ANSWER: '42' } }

  it('makes the entry, with development dependencies that are gone afterwards', async () => {
    const built = await stage.build(files, { config })
    expect(built.error, built.output).toBeUndefined()
    expect(built.details).toEqual(['Installing dependencies', 'Building'])
    expect(await stage.read(stage.app(built), 'dist/index.js')).toBe('true')
    expect(await readdir(stage.dependencies(built))).toEqual(expect.arrayContaining(['ms']))
    expect(await readdir(stage.dependencies(built))).not.toContain('is-number')
    expect((await stat(stage.app(built))).uid).toBe(0)
    await nothingLeft()
  })

  it('does not run again for the same source, and installs nothing for another', async () => {
    const since = Date.now()
    expect((await stage.build(files, { config })).result?.cached).toBe(true)
    expect(await stage.buildersSince(since)).toBe(0)
    const other = await stage.build({ ...files, 'new.txt': 'new' }, { config })
    expect(other.details).toEqual(['Building'])
    expect(other.result?.artifacts.dependencies).toBeDefined()
  })

  it('that was made within larger limits is judged by the micro’s own', async () => {
    const source = { ...withMs, 'package.json': json({ dependencies: { ms: '2.1.1' } }) }
    const build = 'head -c 300000 /dev/zero > made'
    const within = (limits: object) =>
      stage.build(source, { config: { ...nodejs24, build, limits: { ...defaultLimits, ...limits } } })
    expect((await within({})).error).toBeUndefined()
    expect((await within({ sourceBytes: 100_000 })).error).toMatchObject({ code: 'source-too-large' })
    const refused = await within({ dependencyBytes: 1000 })
    expect(refused.error).toMatchObject({ code: 'dependencies-too-large' })
    expect((await within({})).result?.cached).toBe(true)
  })

  it('that fails is told with its own words', async () => {
    const built = await stage.build(files, {
      config: { ...config, build: 'node -e "throw new Error(\'no template\')"' },
    })
    expect(built.error).toMatchObject({ code: 'build-failed' })
    expect(built.error?.message).toContain('no template')
    await nothingLeft()
  })

  it('that makes no entry is told what is missing', async () => {
    const built = await stage.build(files, { config: { ...config, build: 'true' } })
    expect(built.error).toMatchObject({ code: 'entry-missing' })
    expect(built.error?.message).toContain('dist/index.js')
  })

  it('runs each line of its command, and stops at the first that fails', async () => {
    const built = await stage.build(files, { config: { ...config, build: 'echo one\nfalse\necho two' } })
    expect(built.error).toMatchObject({ code: 'build-failed' })
    expect(built.output).toContain('one')
    expect(built.output).not.toContain('two')
  })
})
