import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { saying } from './support/micros.ts'
import { startStack, type Stack } from './support/stack.ts'

const examples = join(import.meta.dirname, '..', '..', 'examples')
let stack: Stack
beforeAll(async () => {
  stack = await startStack({ MICROPUSH_SANDBOX: 'runc' })
})
afterAll(() => stack[Symbol.asyncDispose]())

it('two micros of one repository get an endpoint and a status each', async () => {
  await using repository = await stack.repository('ada/two')
  await repository.write({
    'micro.yml': 'v: 1\nmicros:\n  - src: api\n    runtime: python3.9\n  - src: web\n    runtime: nodejs14\n',
    'api/main.py': 'def app(environ, start_response):\n    start_response("200 OK", [])\n    return [b"api"]\n',
    'web/index.js': 'exports.app = (request, response) => response.end("web " + process.version)\n',
  })
  const sha = await repository.commit()
  await repository.push()
  expect(await stack.outcome('ada/two', sha, 'micropush/api')).toMatchObject({ state: 'success' })
  expect(await stack.outcome('ada/two', sha, 'micropush/web')).toMatchObject({ state: 'success' })
  expect((await stack.ask(stack.host('api--ada'))).body).toBe('api')
  expect((await stack.ask(stack.host('web--ada'))).body).toMatch(/^web v14\./)
})

it('the Flask example runs on the default Python and is told that it is past its end of life', async () => {
  await using repository = await stack.repository('ada/guestbook')
  await repository.copyFrom(join(examples, 'flask-guestbook'))
  const sha = await repository.commit()
  await repository.push()
  const status = await stack.outcome('ada/guestbook', sha, (await contexts(stack, 'ada/guestbook', sha))[0] ?? '')
  expect(status.state).toBe('success')
  expect(status.description).toMatch(/python3\.9.*past its end of life/)
})

it('an app that starts its own server on $PORT is served', async () => {
  await using repository = await stack.repository('ada/own')
  await repository.write({
    'micro.yml': 'v: 1\nruntime: nodejs24\nrun: node server.js\n',
    'server.js':
      'require("http").createServer((q, r) => r.end("own " + process.env.MICRO_NAME)).listen(process.env.PORT)\n',
  })
  const sha = await repository.commit()
  await repository.push()
  expect(await stack.outcome('ada/own', sha, 'micropush/own')).toMatchObject({ state: 'success' })
  expect((await stack.ask(stack.host('own--ada'))).body).toBe('own own')
})

it('a push that changes only source installs nothing, and one that changes dependencies installs again', async () => {
  await using repository = await stack.repository('ada/cached')
  const dependency = (version: string) => ({
    'package.json': JSON.stringify({ name: 'cached', dependencies: { 'is-number': version } }),
  })
  const source = (words: string) => ({
    'micro.yml': 'v: 1\nruntime: nodejs24\n',
    'index.js': `const isNumber = require('is-number'); module.exports = (q, r) => r.end('${words} ' + isNumber(1))`,
  })
  const cached = async (): Promise<boolean | undefined> => {
    const sha = await repository.commit()
    await repository.push()
    expect(await stack.outcome('ada/cached', sha, 'micropush/cached')).toMatchObject({ state: 'success' })
    return (await newest(stack, 'ada/cached', 'cached'))?.outcome.cached
  }
  await repository.write({ ...source('a'), ...dependency('7.0.0') })
  expect(await cached()).toBe(false)
  await repository.write(source('b'))
  expect(await cached()).toBe(true)
  expect((await stack.ask(stack.host('cached--ada'))).body).toBe('b true')
  await repository.write(dependency('6.0.0'))
  expect(await cached()).toBe(false)
})

it('a repository without a micro config file is left alone', async () => {
  await using repository = await stack.repository('ada/none')
  await repository.write({ 'index.js': 'module.exports = () => {}\n' })
  const sha = await repository.commit()
  expect(await repository.push()).not.toMatch(/micro/i)
  expect(await stack.statuses('ada/none', sha)).toEqual([])
})

it('a removed config file ends the endpoint, and one that comes back brings it back', async () => {
  await using repository = await stack.repository('ada/ending')
  await repository.write(saying('here'))
  const sha = await repository.commit()
  await repository.push()
  await stack.outcome('ada/ending', sha, 'micropush/ending')
  const host = stack.host('ending--ada')
  expect((await stack.ask(host)).status).toBe(200)
  await repository.write({ 'micro.yml': null })
  await repository.commit()
  await repository.push()
  await expect.poll(async () => (await stack.ask(host)).status, { timeout: 20_000 }).toBe(404)

  await repository.write(saying('again'))
  const second = await repository.commit()
  await repository.push()
  await stack.outcome('ada/ending', second, 'micropush/ending')
  expect((await stack.ask(host)).body).toBe('again')
})

it('a deleted branch ends the endpoint that it was the production branch of', async () => {
  await using repository = await stack.repository('ada/branch')
  await repository.write({ 'readme.txt': 'nothing to serve on main' })
  await repository.commit()
  await repository.push()
  const files = saying('released')
  await repository.write({ ...files, 'micro.yml': `${files['micro.yml']}branch: release\n` })
  const sha = await repository.commit()
  await repository.push('release')
  expect(await stack.outcome('ada/branch', sha, 'micropush/branch')).toMatchObject({ state: 'success' })
  const host = stack.host('branch--ada')
  expect((await stack.ask(host)).body).toBe('released')
  await repository.git('push', 'origin', '--delete', 'release')
  await expect.poll(async () => (await stack.ask(host)).status, { timeout: 20_000 }).toBe(404)
  expect((await stack.leftovers()).mounts.filter((line) => line.includes('sandboxes'))).not.toContain(sha)
})

async function contexts(stack: Stack, fullName: string, sha: string): Promise<string[]> {
  await expect.poll(async () => (await stack.statuses(fullName, sha)).length, { timeout: 20_000 }).toBeGreaterThan(0)
  return (await stack.statuses(fullName, sha)).map((status) => status.context)
}

async function newest(stack: Stack, fullName: string, micro: string) {
  const { id } = (await (await stack.api(`/repos/${fullName}`)).json()) as { id: number }
  const { targetStanding } = await import('../../contract/store/micros.ts')
  return (await targetStanding(stack.store, `${id}/${micro}`)).newest
}
