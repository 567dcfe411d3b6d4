import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { ask, serve, type TestSandbox } from '../sandbox.ts'
import type { Ground } from './ground.ts'

const handler = `
function handle(req, res) {
  if (req.url === '/slow') { console.log('under way'); setTimeout(() => res.end('whole'), 500) } else res.end('quick')
}`
const ownServer = `${handler}
const server = require('http').createServer(handle).listen(process.env.PORT)`
const apps = {
  'an exported handler': `${handler}
module.exports = handle`,
  'a server of its own': ownServer,
  'a server of its own that it closes itself': `${ownServer}
process.on('SIGTERM', () => server.close(() => { console.log('closed'); process.exit(0) }))`,
  'a server that listens later': `${handler}
setTimeout(() => require('http').createServer(handle).listen(process.env.PORT), 200)`,
}

/** What a Node micro that is asked to stop still does, on one version under one isolation. */
export function nodeStopCases({ image, runtime, way, version }: Ground): void {
  const node = { image, runtime, way, language: 'node', entry: 'index.js' } as const

  test.each(Object.entries(apps))('answers what is under way: %s', async (_name, app) => {
    await using sandbox = await serve({ ...node, files: { 'index.js': app } })
    const answer = ask(sandbox.socket, { path: '/slow' })
    await written(sandbox, 'under way')
    const ended = sandbox.stop()
    expect((await answer).body).toBe('whole')
    expect(await ended).toBe(0)
    expect(sandbox.output()).not.toContain('did not end')
  })

  test.each(Object.entries(apps))('does not wait for a client that keeps its connection: %s', async (_name, app) => {
    await using sandbox = await serve({ ...node, files: { 'index.js': app } })
    const [unused, used] = [await idle(sandbox.socket), await idle(sandbox.socket)]
    used.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(used, 'data')
    expect(await sandbox.stop()).toBe(0)
    expect(sandbox.output()).not.toContain('did not end')
    unused.destroy()
    used.destroy()
  })

  test('does not wait for a socket that was upgraded', async () => {
    const app = `
module.exports = require('http').createServer().on('upgrade', (req, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nconnection: upgrade\\r\\nupgrade: x\\r\\n\\r\\n')
})`
    await using sandbox = await serve({ ...node, files: { 'index.js': app } })
    const upgraded = await idle(sandbox.socket)
    upgraded.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n')
    await once(upgraded, 'data')
    expect(await sandbox.stop()).toBe(0)
    expect(sandbox.output()).not.toContain('did not end')
    upgraded.destroy()
  })

  // Takes the whole patience, so once is enough.
  test.runIf(version === '24')('is ended, and told so, when it has not stopped by itself', async () => {
    const app = `${handler.replace('500', '60000')}
module.exports = handle`
    await using sandbox = await serve({ ...node, files: { 'index.js': app } })
    const answer = ask(sandbox.socket, { path: '/slow' })
    await written(sandbox, 'under way')
    const [code] = await Promise.all([sandbox.stop(), expect(answer).rejects.toThrow('hang up')])
    expect(code).toBe(0)
    expect(sandbox.output()).toContain('did not end')
  })
}

/** A connection whose client never closes its side by itself. */
async function idle(path: string): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true })
  // That the app resets it when it ends is no failure of the client.
  socket.on('error', () => socket.destroy())
  await once(socket, 'connect')
  return socket
}

async function written(sandbox: TestSandbox, text: string): Promise<void> {
  await expect.poll(() => sandbox.output(), { timeout: 10_000, interval: 10 }).toContain(text)
}
