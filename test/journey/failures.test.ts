import { existsSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { readLog } from '../../contract/store/logs/deployment-logs.ts'
import { saying } from './support/micros.ts'
import { startStack, type Stack } from './support/stack.ts'
import type { Repository } from './support/repository.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ MICROPUSH_SANDBOX: 'runc' })
})
afterAll(() => stack[Symbol.asyncDispose]())
afterEach(async () => {
  const { builders, work } = await stack.leftovers()
  expect({ builders, work }).toEqual({ builders: [], work: [] })
})

async function push(repository: Repository) {
  const sha = await repository.commit()
  const printed = await repository.push()
  const name = repository.fullName.split('/')[1] ?? ''
  return { printed, status: await stack.outcome(repository.fullName, sha, `micropush/${name}`) }
}

it('a failing build is told and keeps the old one live', async () => {
  await using repository = await stack.repository('ada/builds')
  await repository.write(saying('first'))
  expect((await push(repository)).status.state).toBe('success')
  await repository.write({ 'micro.yml': 'v: 1\nruntime: nodejs24\nbuild: echo to standard error >&2; exit 3\n' })
  const { status, printed } = await push(repository)
  expect(status).toMatchObject({ state: 'failure', description: expect.stringMatching(/build failed/i) as string })
  expect(printed).toContain(status.description)
  expect((await stack.ask(stack.host('builds--ada'))).body).toBe('first')
  const log = await (await fetch(status.target_url ?? '')).text()
  expect(log).toContain('to standard error')
})

it('an invalid config file is told with its line and key', async () => {
  await using repository = await stack.repository('ada/bad')
  await repository.write({ 'micro.yml': 'v: 1\nruntme: nodejs24\n', 'index.js': '' })
  const { status } = await push(repository)
  expect(status.state).toBe('failure')
  expect(status.description).toMatch(/line 2.*runtme.*runtime/)
})

it('an app that throws when it is imported is a failure in the app’s own words', async () => {
  await using repository = await stack.repository('ada/throws')
  await repository.write({
    'micro.yml': 'v: 1\nruntime: nodejs24\n',
    'index.js': 'throw new Error("no database here")\n',
  })
  const { status } = await push(repository)
  expect(status).toMatchObject({ state: 'failure', description: expect.stringContaining('no database here') as string })
  expect((await stack.leftovers()).containers.length).toBe(1)
})

it('a micro that ends right after it was started is noticed, and started again for the next visitor', async () => {
  await using repository = await stack.repository('ada/brief')
  await repository.write({
    'micro.yml': 'v: 1\nruntime: nodejs24\n',
    'index.js':
      'const server = require("http").createServer((q, r) => r.end("here"))\n' +
      // Before it is frozen, which is a tenth of a second later at the earliest.
      'server.on("listening", () => setTimeout(() => process.exit(3), 20)); module.exports = server\n',
  })
  const { status } = await push(repository)
  expect(status.state).toBe('success')
  const id = await stack.store.redis.hget(stack.store.keys.hosts, 'brief--ada.localhost')
  await expect
    .poll(() => readLog(stack.store, id ?? ''), { timeout: 10_000 })
    .toContain('ended by itself with exit code 3')
  expect(await stack.ask(stack.host('brief--ada'))).toMatchObject({ status: 200, body: 'here' })
})

it('a dependency that does not exist is a failure that names it', async () => {
  await using repository = await stack.repository('ada/missing')
  await repository.write({
    ...saying('x'),
    'package.json': JSON.stringify({ dependencies: { 'is-number': '999.0.0' } }),
  })
  const { status } = await push(repository)
  expect(status).toMatchObject({ state: 'failure', description: expect.stringContaining('is-number') as string })
})

it('a micro without an entry file is a failure that lists what was looked for', async () => {
  await using repository = await stack.repository('ada/empty')
  await repository.write({ 'micro.yml': 'v: 1\n', 'readme.txt': 'x' })
  const { status } = await push(repository)
  expect(status).toMatchObject({ state: 'failure', description: expect.stringMatching(/index\.js/) as string })
})

it('two repositories of one owner cannot serve the same name', async () => {
  await using first = await stack.repository('ada/one-name')
  await first.write(saying('mine'))
  expect((await push(first)).status.state).toBe('success')
  await using second = await stack.repository('ada/other')
  await second.write({ ...saying('stolen'), 'micro.yml': 'v: 1\nname: one-name\nruntime: nodejs24\n' })
  const sha = await second.commit()
  await second.push()
  const status = await stack.outcome('ada/other', sha, 'micropush/one-name')
  expect(status).toMatchObject({ state: 'failure', description: expect.stringContaining('one-name') as string })
  expect((await stack.ask(stack.host('one-name--ada'))).body).toBe('mine')
})

it('source of 251 MB is refused while it is unpacked', async () => {
  await using repository = await stack.repository('ada/large')
  const block = Buffer.alloc(1024 * 1024)
  const large = Buffer.concat(Array.from({ length: 251 }, () => block))
  await repository.write({ ...saying('x'), 'large.bin': large })
  const { status } = await push(repository)
  expect(status).toMatchObject({ state: 'failure', description: expect.stringMatching(/250 MB/) as string })
})

it('a link to /etc/passwd is refused', async () => {
  await using repository = await stack.repository('ada/linked')
  await repository.write(saying('x'))
  const { symlink } = await import('node:fs/promises')
  await symlink('/etc/passwd', `${repository.dir}/passwords`)
  const { status } = await push(repository)
  expect(status).toMatchObject({ state: 'failure', description: expect.stringContaining('passwords') as string })
})

it('an archive with ../ in it is refused', async () => {
  await using repository = await stack.repository('ada/dotdot')
  await repository.write(saying('x'))
  // git refuses to make such an archive, so the forge is told to serve one; more than once, should it be fetched again.
  const fault = { path: '^/_codeload/ada/dotdot/', body: (await escapingArchive()).toString('base64'), times: 10 }
  expect((await stack.api('/_faults', { method: 'POST', body: JSON.stringify({ requests: [fault] }) })).ok).toBe(true)
  const { status } = await push(repository)
  expect(status).toMatchObject({
    state: 'failure',
    description: expect.stringContaining('../../escaped.txt') as string,
  })
  const escaped = ['', 'work', 'builds'].map((folder) => `${stack.dataDir}/${folder}/escaped.txt`)
  expect(escaped.filter((path) => existsSync(path))).toEqual([])
  expect((await stack.api('/_faults', { method: 'DELETE' })).ok).toBe(true)
})

/** A tarball as GitHub makes them, with one entry that climbs out of its top folder. */
async function escapingArchive(): Promise<Buffer> {
  const archive = pack()
  archive.entry({ name: 'top/', type: 'directory' })
  archive.entry({ name: 'top/index.js' }, 'module.exports = (request, response) => response.end()\n')
  archive.entry({ name: 'top/../../escaped.txt' }, 'I am out')
  archive.finalize()
  return buffer(archive.pipe(createGzip()))
}
