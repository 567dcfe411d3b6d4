import { describe, expect, test } from 'vitest'
import { nodePackages, pythonPackages } from './dependencies.ts'
import { nodeApps, pythonApps } from './apps.ts'
import { imagesOf } from './images.ts'
import { ask, command, docker, serve } from './sandbox.ts'

const { Runtimes: runtimes }: { readonly Runtimes: object } = await docker.info()
const hasGvisor = 'runsc' in runtimes
if (!hasGvisor) {
  console.warn('NOT RUN: loaders under gVisor, because the Docker daemon does not know runsc (npm run install-gvisor).')
}

describe.skipIf(!hasGvisor)('under gVisor', async () => {
  const runtime = 'runsc'
  const modern = hasGvisor ? await imagesOf('nodejs24') : { sandbox: '' }
  const node = { image: modern.sandbox, language: 'node', runtime } as const

  test.each([
    ['nodejs14', 'express@4'],
    ['nodejs24', 'express@5'],
  ])('express on %s answers, and stops when it is asked to', async (id, spec) => {
    const [{ sandbox: image }, dependencies] = await Promise.all([imagesOf(id), nodePackages([spec])])
    const app = { image, dependencies, language: 'node', entry: 'index.js', files: nodeApps['express'] ?? {} } as const
    await using sandbox = await serve({ ...app, runtime })
    const headers = { 'content-type': 'application/json' }
    const answer = await ask(sandbox.socket, { method: 'POST', headers, body: '{"a":[1,2]}' })
    expect(answer).toMatchObject({ status: 201, body: '{"a":[1,2]}' })
    expect(await sandbox.stop()).toBe(0)
    expect(sandbox.output()).not.toContain('did not end')
  })

  test.each([
    ['fastapi', 'python3.13'],
    ['flask', 'python3.9'],
  ])('%s on %s answers, and stops when it is asked to', async (name, id) => {
    const [{ sandbox: image }, dependencies] = await Promise.all([imagesOf(id), pythonPackages(id, [name])])
    const files = { 'main.py': pythonApps[name] ?? '' }
    await using sandbox = await serve({ image, dependencies, language: 'python', entry: 'main.py', files, runtime })
    const answer = await ask(sandbox.socket, { method: 'POST', body: 'a few bytes' })
    expect(answer, sandbox.output()).toMatchObject({ status: 201, body: 'a few bytes' })
    expect(await sandbox.stop()).toBe(0)
    if (name === 'fastapi') expect(sandbox.output()).toContain('closed')
  })

  test('a command is forwarded to, and gets to finish after SIGTERM with its exit code', async () => {
    const files = {
      'index.js': `
require('http').createServer((q, s) => s.end('forwarded')).listen(process.env.PORT)
process.on('SIGTERM', () => setTimeout(() => { console.log('last line'); process.exit(7) }, 300))`,
    }
    await using sandbox = await command({ ...node, files, command: 'true && node index.js' })
    expect((await ask(sandbox.socket)).body).toBe('forwarded')
    expect(await sandbox.stop()).toBe(7)
    expect(sandbox.output()).toContain('last line')
  })

  test('the app cannot reach the control connection through its init', async () => {
    const files = {
      'index.js': `
const fs = require('fs')
const tries = {}
const attempt = (name, what) => {
  try { what(); tries[name] = 'done' } catch (error) { tries[name] = error.code }
}
for (let fd = 3; fd < 12; fd++) attempt('read ' + fd, () => fs.openSync('/proc/1/fd/' + fd, 'r'))
attempt('memory', () => fs.openSync('/proc/1/mem', 'r'))
module.exports = (req, res) => res.end(JSON.stringify(tries))`,
    }
    await using sandbox = await serve({ ...node, files, entry: 'index.js' })
    const tries: Record<string, string> = JSON.parse((await ask(sandbox.socket)).body)
    // Its numbers can be listed, but none can be read or opened.
    expect(Object.values(tries)).toContain('EACCES')
    expect(Object.values(tries)).not.toContain('done')
  })
})
