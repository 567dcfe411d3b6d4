import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../contract/limits.ts'
import { publishArtifact } from '../../../runner/build/store/artifact-store.ts'
import { findCache } from '../../../runner/build/warm/find-cache.ts'
import { warmUp } from '../../../runner/build/warm/warm-up.ts'
import { destroySandbox } from '../../../runner/sandbox/destroy-sandbox.ts'
import { startSandbox } from '../../../runner/sandbox/start-sandbox.ts'
import { imagesOf } from '../runtimes/images.ts'
import { ask, isolationsHere, openStage } from '../sandbox/stage.ts'

const signal = new AbortController().signal

describe.each(await isolationsHere())('under %s', async (isolation) => {
  const stage = await openStage(isolation)
  const { context, dataDir, docker } = stage
  afterAll(() => stage.close())
  const { instance } = context

  /** An app whose source is in the store, with what a warm-up and a start need to know of it. */
  async function stored(name: string, runtime: string, files: Readonly<Record<string, string>>) {
    const from = join(dataDir, 'made', name)
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(from, path)), { recursive: true })
      await writeFile(join(from, path), text)
    }
    await chmod(from, 0o755)
    await publishArtifact({ dataDir, kind: 'app', name }, from, { bytes: 1, packages: [] })
    const language = runtime.startsWith('python') ? 'python' : 'node'
    const entry = language === 'python' ? 'main.py' : 'index.js'
    const { sandbox: image } = await imagesOf(runtime)
    const launch = { kind: 'loader', language, entry } as const
    return { image, artifacts: { app: name }, launch, deploymentId: name, env: {}, signal }
  }

  type App = Awaited<ReturnType<typeof stored>>

  /** What the last one wrote. */
  let said = ''

  /** What a fresh sandbox of the app answers. */
  async function answer(app: App, env: Record<string, string> = {}) {
    const cacheDir = await findCache({ ...app, dataDir })
    const sandbox = await startSandbox(
      context,
      {
        ...app,
        micro: 'hello',
        language: app.launch.language,
        appDir: join(dataDir, 'artifacts/app', app.artifacts.app),
        ...(cacheDir === undefined ? {} : { cacheDir }),
        env,
        limits: defaultLimits,
      },
      { signal, onPhase: () => {} },
    )
    try {
      const { body } = await ask(sandbox)
      const log = await docker.getContainer(sandbox.containerId).logs({ stdout: true, stderr: true, follow: false })
      said = log.toString('latin1')
      return body
    } finally {
      await destroySandbox(context, sandbox, { graceSeconds: 0 })
    }
  }

  describe('after a warm-up', () => {
    it('Node compiles nothing of the app that it has compiled before', async () => {
      const app = await stored('node', 'nodejs24', {
        'index.js': `
const { inner } = require('./inner')
module.exports = async (req, res) => res.end(String(inner() + (await import('./other.mjs')).default))
exports.warm = import('./other.mjs')`,
        'inner.js': 'exports.inner = () => 1',
        'other.mjs': 'export default 2',
      })
      // Node's own words about its cache.
      const env = { NODE_DEBUG_NATIVE: 'COMPILE_CACHE' }
      const accepted = () =>
        [...said.matchAll(/cache for (?:CommonJS|ESM) (?:file:\/\/)?(\S+) was accepted/g)].map(([, path]) => path)
      expect(await answer(app, env)).toBe('3')
      expect(said).not.toContain('compile cache')
      expect(await warmUp({ docker, instance, dataDir, isolation }, app)).toBe(true)
      expect(await answer(app, env)).toBe('3')
      expect(accepted(), said).toEqual(['/app/index.js', '/app/inner.js', '/app/other.mjs'])
    })

    it.each(['python3.9', 'python3.13'])('%s compiles no module of the app', async (runtime) => {
      const app = await stored(runtime, runtime, {
        'main.py': `
import sys
compiled = []
sys.addaudithook(lambda event, args: compiled.append(str(args[1])) if event == 'compile' else None)
import a.b, c
def app(environ, start_response):
    start_response('200 OK', [])
    return [repr((compiled, a.b.__file__, c.f())).encode()]`,
        'a/__init__.py': 'x = 1',
        'a/b.py': 'y = 2',
        'c.py': 'def f():\n    return f.__code__.co_filename',
        'broken.py': 'def',
      })
      expect(await answer(app)).toBe("(['/app/a/__init__.py', '/app/a/b.py', '/app/c.py'], '/app/a/b.py', '/app/c.py')")
      expect(await warmUp({ docker, instance, dataDir, isolation }, app)).toBe(true)
      expect(await answer(app)).toBe("([], '/app/a/b.py', '/app/c.py')")
    })
  })

  it('what a micro’s variables made of its warm-up reaches no other one with the same source', async () => {
    const honest = await stored('twin', 'nodejs24', { 'index.js': `module.exports = (req, res) => res.end('honest')` })
    const write = `import fs from 'fs';const d=process.env.MICROPUSH_CACHE;process.on('exit',()=>fs.writeFileSync(d+'/'+fs.readdirSync(d)[0]+'/poison',''))`
    const hostile = { ...honest, env: { NODE_OPTIONS: `--import="data:text/javascript,${write}"` } }
    expect(await warmUp({ docker, instance, dataDir, isolation }, hostile)).toBe(true)
    expect(await readdir(join((await findCache({ ...hostile, dataDir })) ?? '', 'node'))).toContain('poison')
    expect(await findCache({ ...honest, dataDir })).toBeUndefined()
    expect(await answer(honest)).toBe('honest')
  })

  it('of more files than any app has modules nothing is kept', async () => {
    const app = await stored('files', 'nodejs24', {
      'index.js': `
const fs = require('fs')
const folder = require('module').getCompileCacheDir()
if (folder) for (let n = 0; n < 60000; n++) fs.closeSync(fs.openSync(folder + '/' + n, 'w'))
module.exports = (req, res) => res.end('ok')`,
    })
    expect(await warmUp({ docker, instance, dataDir, isolation }, app)).toBe(false)
  })

  it('an app that cannot be imported without its secrets has what was compiled until then', async () => {
    const app = await stored('secret', 'nodejs24', {
      'index.js': `
const { large } = require('./large')
if (!process.env.SECRET) throw new Error('there is no SECRET')
module.exports = (req, res) => res.end(require('module').getCompileCacheDir() || 'none')`,
      'large.js': 'exports.large = (n) => n + 1',
    })
    expect(await warmUp({ docker, instance, dataDir, isolation }, app)).toBe(true)
    expect(await answer(app, { SECRET: 'x' })).toMatch(/^\/run\/micropush\/cache\//)
  })

  it('a Node that knows no such cache is started as ever', async () => {
    const app = await stored('old', 'nodejs14', { 'index.js': "module.exports = (req, res) => res.end('fine')" })
    expect(await warmUp({ docker, instance, dataDir, isolation }, app)).toBe(false)
    expect(await answer(app)).toBe('fine')
  })

  it('what a warm-up writes beyond its bounds is not kept, and neither is anything of it left', async () => {
    const app = await stored('greedy', 'nodejs24', {
      'index.js': `
const fs = require('fs')
for (let n = 0; n < 80; n++) fs.writeFileSync('/var/cache/micropush/' + n, Buffer.alloc(1024 * 1024, 1))
module.exports = (req, res) => res.end('fine')`,
    })
    expect(await warmUp({ docker, instance, dataDir, isolation }, app)).toBe(false)
    expect(await findCache({ ...app, dataDir })).toBeUndefined()
    expect(await readdir(join(dataDir, 'warm-ups'))).toEqual([])
    const left = await docker.listContainers({ all: true, filters: { label: [`micropush.instance=${instance}`] } })
    expect(left).toEqual([])
  })
})
