import { expect, test } from 'vitest'
import { nodeApps, pythonApps } from './apps.ts'
import { nodePackages, pythonPackages } from './dependencies.ts'
import type { Ground } from './loader/ground.ts'
import { ask, serve } from './sandbox.ts'

/** Every framework of the matrix on one version of Node under one isolation; `specs` are what npm installs for it. */
export async function nodeFrameworkCases(ground: Ground, specs: readonly string[]): Promise<void> {
  const { image, runtime, way } = ground
  const node = { image, runtime, way, dependencies: await nodePackages(specs), language: 'node' } as const
  const hasHono = specs.some((spec) => spec.startsWith('hono@'))
  const wanted = Object.keys(nodeApps).filter((name) => !name.includes('hono') || hasHono)

  test.each(wanted)('%s answers a POST with its body', async (name) => {
    const files = nodeApps[name] ?? {}
    await using sandbox = await serve({ ...node, files, entry: Object.keys(files)[0] ?? '' })
    const headers = { 'content-type': 'application/json' }
    const answer = await ask(sandbox.socket, { method: 'POST', headers, body: '{"a":[1,2]}' })
    expect(answer, sandbox.output()).toMatchObject({ status: 201, body: '{"a":[1,2]}' })
    expect(await sandbox.stop()).toBe(0)
    if (name === 'fastify') expect(sandbox.output()).toContain('closed')
  })

  test('a WebSocket server on the own server is reached although an app is exported', async () => {
    const files = {
      'index.js': `
const app = require('express')()
const server = app.listen(process.env.PORT)
new (require('ws').Server)({ server }).on('connection', (socket) => socket.close())
module.exports = app`,
    }
    await using sandbox = await serve({ ...node, files, entry: 'index.js' })
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    }
    expect(await ask(sandbox.socket, { headers })).toMatchObject({ status: 101 })
  })
}

/** The same on one version of Python; `specs` are what pip installs for it. */
export async function pythonFrameworkCases(ground: Ground, specs: readonly string[]): Promise<void> {
  const { image, runtime, way, version } = ground
  const python = {
    image,
    runtime,
    way,
    dependencies: await pythonPackages(`python${version}`, specs),
    language: 'python',
  } as const

  test.each(Object.keys(pythonApps))('%s answers a POST with its body', async (name) => {
    await using sandbox = await serve({ ...python, files: { 'main.py': pythonApps[name] ?? '' }, entry: 'main.py' })
    const answer = await ask(sandbox.socket, { method: 'POST', body: 'a few bytes' })
    expect(answer, sandbox.output()).toMatchObject({ status: 201, body: 'a few bytes' })
    expect(await sandbox.stop()).toBe(0)
    if (name === 'fastapi') expect(sandbox.output()).toContain('closed')
  })
}
