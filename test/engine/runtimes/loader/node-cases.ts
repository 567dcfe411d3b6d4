import { expect, test } from 'vitest'
import { ask, failure, serve } from '../sandbox.ts'
import type { Ground } from './ground.ts'

/** What the Node loader promises, shown on one version under one isolation. */
export function nodeLoaderCases({ image, runtime, way, version }: Ground): void {
  const node = { image, runtime, way, language: 'node' } as const

  test('is served when it exports a plain function', async () => {
    const files = { 'index.js': 'module.exports = (req, res) => res.end("hello " + req.url)' }
    await using sandbox = await serve({ ...node, files, entry: 'index.js' })
    expect(await ask(sandbox.socket, { path: '/you' })).toMatchObject({ status: 200, body: 'hello /you' })
    expect(await sandbox.stop()).toBe(0)
  })

  test('is served when it is an ES module', async () => {
    const files = {
      'package.json': '{"type":"module"}',
      'index.js': 'const greeting = await Promise.resolve("module")\nexport default (req, res) => res.end(greeting)',
    }
    if (Number(version) < 16)
      files['index.js'] = files['index.js'].replace('await Promise.resolve("module")', '"module"')
    await using sandbox = await serve({ ...node, files, entry: 'index.js' })
    expect((await ask(sandbox.socket)).body).toBe('module')
  })

  test('is served through its own server when it listens on $PORT', async () => {
    const files = {
      'index.js': 'require("http").createServer((req, res) => res.end("own " + req.method)).listen(process.env.PORT)',
    }
    await using sandbox = await serve({ ...node, files, entry: 'index.js' })
    expect((await ask(sandbox.socket, { method: 'PUT', body: 'x' })).body).toBe('own PUT')
  })

  test('is served through a server that listens later', async () => {
    const files = {
      'index.js': `setTimeout(() => require("http").createServer((q, s) => s.end("late")).listen(+process.env.PORT), 300)`,
    }
    await using sandbox = await serve({ ...node, files, entry: 'index.js' })
    expect((await ask(sandbox.socket)).body).toBe('late')
  })

  test('fails with a readable stack when its import throws', async () => {
    const files = { 'lib/deep.js': 'throw new TypeError("no such thing")', 'index.js': 'require("./lib/deep.js")' }
    const text = await failure({ ...node, files, entry: 'index.js' })
    expect(text).toContain('TypeError: no such thing')
    expect(text).toContain('lib/deep.js:1')
    expect(text).not.toMatch(/\/app\/|micropush|node:internal/)
  })

  test('fails when it exports nothing and listens nowhere', async () => {
    const text = await failure({ ...node, files: { 'index.js': 'exports.x = 1' }, entry: 'index.js' })
    expect(text).toContain('exports nothing that can be served')
  })

  test('fails when a promise is rejected while it is imported', async () => {
    const files = {
      'index.js': 'Promise.reject(new Error("nobody caught me")); module.exports = new Promise(() => {})',
    }
    expect(await failure({ ...node, files, entry: 'index.js' })).toContain('nobody caught me')
  })
}
