import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { preparedRuntimes } from '../../../runner/images/prepare.ts'
import { imagesOf } from './images.ts'
import { ask, command, expectWord, openSandbox, serve } from './sandbox.ts'
import { loaderCommand, runtimeEnvironment } from '../../../runtimes/launch.ts'
import { docker } from './sandbox.ts'

const { sandbox: image } = await imagesOf('nodejs24')
const node = { image, language: 'node' } as const
const echo = {
  'index.js': `require('net').createServer({ allowHalfOpen: true }, (s) => s.pipe(s)).listen(process.env.PORT)`,
}

test('a thousand connections at once are forwarded, each with its own bytes', async () => {
  await using sandbox = await command({ ...node, files: echo, command: 'exec node index.js' })
  const answers = await Promise.all(Array.from({ length: 1000 }, (_, at) => exchange(sandbox.socket, `hello ${at}`)))
  expect(answers).toEqual(answers.map((_, at) => `hello ${at}`))
})

test('a large stream passes whole, and a half-close comes after its last byte', async () => {
  await using sandbox = await command({ ...node, files: echo, command: 'exec node index.js' })
  const sent = 'x'.repeat(20_000_000)
  expect((await exchange(sandbox.socket, sent)) === sent).toBe(true)
})

test('a reader that does not read makes init hold back, not grow', async () => {
  const files = {
    'index.js': `require('http').createServer((q, s) => s.end(Buffer.alloc(300e6))).listen(process.env.PORT)`,
  }
  await using sandbox = await command({ ...node, files, command: 'exec node index.js' })
  const lazy = connect(sandbox.socket)
  lazy.pause()
  lazy.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  const head = await ask(sandbox.socket, { method: 'HEAD' })
  expect(head.status).toBe(200)
  lazy.destroy()
})

test('the app can neither see nor reach the control connection', async () => {
  const files = {
    'index.js': `
const fs = require('fs')
const tries = {}
for (const path of ['/proc/1/fd', '/proc/1/environ', '/proc/1/mem']) {
  try { fs.readdirSync(path); tries[path] = 'listed' } catch (error) { tries[path] = error.code }
}
const control = fs.readlinkSync('/proc/self/fd/3')
module.exports = (req, res) => {
  const open = fs.readdirSync('/proc/self/fd').map((fd) => { try { return fs.readlinkSync('/proc/self/fd/' + fd) } catch { return '' } })
  res.end(JSON.stringify({ ...tries, control, stillOpen: String(open.includes(control)) }))
}`,
  }
  await using sandbox = await serve({ ...node, files, entry: 'index.js' })
  const seen: Record<string, string> = JSON.parse((await ask(sandbox.socket)).body)
  expect(seen['/proc/1/fd']).toMatch(/EACCES|EPERM/)
  expect(seen['control']).toContain('socket')
  expect(seen['stillOpen']).toBe('false')
})

test('a program that is not there is named', async () => {
  await using sandbox = await openSandbox({ ...node, files: {} })
  await expectWord(sandbox, 'hello')
  sandbox.start({ mode: 'loader', argv: ['no-such-program'], env: { PATH: '/usr/bin' } })
  expect(await sandbox.word()).toBe('failed no-such-program cannot be run: No such file or directory')
})

test('a command that ends before it listens is told with its exit code', async () => {
  await expect(command({ ...node, files: {}, command: 'exit 3' })).rejects.toThrow('exit code 3')
})

test('an engine that goes away takes its sandbox along', async () => {
  const sandbox = await openSandbox({ ...node, files: { 'index.js': '' } })
  await expectWord(sandbox, 'hello')
  sandbox.start({ mode: 'loader', argv: loaderCommand('node', 'index.js'), env: runtimeEnvironment('node') })
  await expectWord(sandbox, 'loaded')
  const ended = sandbox.exited()
  sandbox.hangUp()
  expect(await ended).toBe(70)
  await sandbox[Symbol.asyncDispose]()
})

test('a command that catches SIGTERM ends as it wishes', async () => {
  const files = {
    'index.js': `
require('http').createServer((q, s) => s.end()).listen(process.env.PORT)
process.on('SIGTERM', () => { console.log('tidying up'); setTimeout(() => process.exit(0), 200) })`,
  }
  await using sandbox = await command({ ...node, files, command: 'node index.js; true' })
  await sandbox.stop()
  expect(sandbox.output()).toContain('tidying up')
})

describe('the image', () => {
  test('is found again at once, and its runtime is listed as ready', async () => {
    expect((await imagesOf('nodejs24')).sandbox).toBe(image)
    expect((await preparedRuntimes(docker)).map((runtime) => runtime.id)).toContain('nodejs24')
  })

  test('holds no setuid program and no compiler', async () => {
    const script = 'find / -xdev -perm /6000 -type f 2>/dev/null; command -v gcc cc npm pip git; true'
    const [, container] = await docker.run(image, ['-c', script], process.stdout, {
      Entrypoint: ['sh'],
      HostConfig: { NetworkMode: 'none' },
    })
    const logs: Buffer = await container.logs({ stdout: true, stderr: true })
    await container.remove()
    expect(logs.toString()).toBe('')
  })
})

const knowsRunsc = 'runsc' in ((await docker.info()) as { Runtimes: object }).Runtimes
test.runIf(knowsRunsc)('everything is the same under gVisor', async () => {
  const files = { 'index.js': 'module.exports = (req, res) => res.end("kernel of its own")' }
  await using exported = await serve({ ...node, files, entry: 'index.js', runtime: 'runsc' })
  expect((await ask(exported.socket)).body).toBe('kernel of its own')
  await using own = await command({ ...node, files: echo, command: 'exec node index.js', runtime: 'runsc' })
  expect(await exchange(own.socket, 'forwarded')).toBe('forwarded')
})
test.skipIf(knowsRunsc)('NOT TESTED: gVisor, which this Docker daemon does not know (npm run install-gvisor)', () => {})

/** Sends a text, closes its own side, and resolves with everything that comes back. */
function exchange(path: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true })
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('end', () => {
      resolve(Buffer.concat(chunks).toString())
      socket.destroy()
    })
    socket.end(text)
  })
}
