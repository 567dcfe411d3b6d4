import { describe, expect, test } from 'vitest'
import { nodeApps, pythonApps } from './apps.ts'
import { nodePackages, pythonPackages } from './dependencies.ts'
import { imagesOf } from './images.ts'
import { ask, serve } from './sandbox.ts'

const nodeMatrix = {
  nodejs14: ['express@4', 'koa@2', 'fastify@3', 'ws@8'],
  nodejs24: ['express@5', 'koa@3', 'fastify@5', 'hono@4', 'ws@8'],
}

describe.each(Object.entries(nodeMatrix))('on %s', async (id, specs) => {
  const [{ sandbox: image }, dependencies] = await Promise.all([imagesOf(id), nodePackages(specs)])
  const node = { image, dependencies, language: 'node' } as const
  const wanted = Object.keys(nodeApps).filter((name) => id === 'nodejs24' || !name.includes('hono'))

  test.each(wanted)('%s answers a POST with its body', async (name) => {
    const files = nodeApps[name] ?? {}
    await using sandbox = await serve({ ...node, files, entry: Object.keys(files)[0] ?? '' })
    const headers = { 'content-type': 'application/json' }
    const answer = await ask(sandbox.socket, { method: 'POST', headers, body: '{"a":[1,2]}' })
    expect(answer).toMatchObject({ status: 201, body: '{"a":[1,2]}' })
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
})

const pythonMatrix = {
  'python3.9': ['fastapi', 'flask', 'django<5', 'bottle', 'pydantic<2'],
  'python3.13': ['fastapi', 'flask', 'django', 'bottle', 'h11'],
}

describe.each(Object.entries(pythonMatrix))('on %s', async (id, specs) => {
  const [{ sandbox: image }, dependencies] = await Promise.all([imagesOf(id), pythonPackages(id, specs)])
  const python = { image, dependencies, language: 'python' } as const

  test.each(Object.keys(pythonApps))('%s answers a POST with its body', async (name) => {
    await using sandbox = await serve({ ...python, files: { 'main.py': pythonApps[name] ?? '' }, entry: 'main.py' })
    const answer = await ask(sandbox.socket, { method: 'POST', body: 'a few bytes' })
    expect(answer, sandbox.output()).toMatchObject({ status: 201, body: 'a few bytes' })
    expect(await sandbox.stop()).toBe(0)
    if (name === 'fastapi') expect(sandbox.output()).toContain('closed')
  })
})
