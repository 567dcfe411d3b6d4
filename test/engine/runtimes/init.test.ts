import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
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

test.each([
  ['node', 'index.js', `require('child_process').execFileSync('ls', ['-l', '/proc/self/fd'], { stdio: 'inherit' })`],
  ['python', 'main.py', 'import subprocess; subprocess.run(["ls", "-l", "/proc/self/fd"], close_fds=False)'],
] as const)('a program that a %s app starts does not inherit the connection', async (language, entry, source) => {
  const { sandbox: its } = await imagesOf(language === 'node' ? 'nodejs24' : 'python3.13')
  await using sandbox = await openSandbox({ image: its, language, files: { [entry]: source } })
  await expectWord(sandbox, 'hello')
  sandbox.start({ mode: 'loader', argv: loaderCommand(language, entry), env: runtimeEnvironment(language) })
  await expectWord(sandbox, 'loaded')
  sandbox.say('import')
  await expectWord(sandbox, 'imported')
  // The folder that ls reads has taken the number that is free.
  await expect.poll(() => sandbox.output()).toMatch(/3 -> \/proc\//)
  expect(sandbox.output()).not.toContain('socket:')
})

test('words that the app puts into the conversation are dropped unless they are due', async () => {
  const files = {
    'index.js': `
require('fs').writeSync(3, 'listening\\nhello\\n\\0failed x\\n' + 'x'.repeat(100000) + '\\nfailed\\nloaded\\nport\\n')
module.exports = (req, res) => res.end('served')`,
  }
  await using sandbox = await serve({ ...node, files, entry: 'index.js' })
  expect((await ask(sandbox.socket)).body).toBe('served')
})

test('a folder in the place of the socket is told, and nothing else is hurt', async () => {
  const files = { 'index.js': `require('fs').mkdirSync('/run/micropush/app.sock')\n${echo['index.js']}` }
  await expect(command({ ...node, files, command: 'exec node index.js' })).rejects.toThrow('app.sock cannot be made')
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

test.each(['node index.js', 'true && node index.js', 'node index.js; true', 'exec node index.js'])(
  'the command `%s` gets to finish after SIGTERM, and its exit code is told',
  async (line) => {
    const files = {
      'index.js': `
require('http').createServer((q, s) => s.end()).listen(process.env.PORT)
process.on('SIGTERM', () => { setTimeout(() => { console.log('last line'); process.exitCode = 7; process.exit() }, 1000) })`,
    }
    await using sandbox = await command({ ...node, files, command: line })
    expect(await sandbox.stop()).toBe(7)
    expect(sandbox.output()).toContain('last line')
  },
)

test("a process that left the command's group is asked to stop when the group has gone", async () => {
  const files = {
    'index.js': `
const { spawn } = require('child_process')
spawn('sh', ['-c', 'trap "echo asked; exit" TERM; echo up; while :; do sleep 0.1; done'], { detached: true, stdio: 'inherit' })
setTimeout(() => require('http').createServer((q, s) => s.end()).listen(process.env.PORT), 200)
process.on('SIGTERM', () => { console.log('first'); process.exit(0) })`,
  }
  await using sandbox = await command({ ...node, files, command: 'node index.js' })
  await sandbox.stop()
  expect(sandbox.output()).toMatch(/up[^]*first[^]*asked/)
})

test('a command that crashes ends its sandbox at once with its code, whatever else it started', async () => {
  const files = {
    'index.js': `require('http').createServer(() => process.exit(9)).listen(process.env.PORT)`,
  }
  await using sandbox = await command({ ...node, files, command: 'sleep 1000 & node index.js' })
  const ended = sandbox.exited()
  await expect(ask(sandbox.socket)).rejects.toThrow('hang up')
  expect(await ended).toBe(9)
})

test('an app that asks to be traced by its parent, and stops, has not ended', async () => {
  const files = {
    'main.py': `
import ctypes, os, signal, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
libc = ctypes.CDLL(None, use_errno=True)
asked = threading.Event()
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'up')
        if self.path == '/stop': asked.set()
server = ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
asked.wait()
PTRACE_TRACEME = 0
print('traced', libc.ptrace(PTRACE_TRACEME, 0, 0, 0), flush=True)
# Only the thread that asked stops, and by the C function it holds no lock of Python's.
getattr(libc, 'raise')(signal.SIGUSR1)`,
  }
  const { sandbox: python } = await imagesOf('python3.13')
  await using sandbox = await command({ image: python, language: 'python', files, command: 'exec python3 main.py' })
  await ask(sandbox.socket, { path: '/stop' })
  await expect.poll(() => sandbox.output(), { timeout: 10_000 }).toContain('traced 0')
  const ended = await Promise.race([sandbox.exited(), delay(1000, 'runs')])
  expect(ended).toBe('runs')
  expect((await ask(sandbox.socket)).body).toBe('up')
})

test('what an app wrote before it ended still arrives', async () => {
  const files = {
    'index.js': `
require('net').createServer((s) => s.once('data', () => s.end(Buffer.alloc(3e6, 'x'), () => process.exit(3)))).listen(process.env.PORT)`,
  }
  await using sandbox = await command({ ...node, files, command: 'exec node index.js' })
  const ended = sandbox.exited()
  expect((await exchange(sandbox.socket, 'go')).length).toBe(3e6)
  expect(await ended).toBe(3)
})

test('an answer arrives although the app resets the connection behind it', async () => {
  const files = {
    'index.js': `
require('net').createServer((s) => s.once('data', () => {
  s.pause()
  s.write('refused', () => s.destroy())
})).listen(process.env.PORT)`,
  }
  await using sandbox = await command({ ...node, files, command: 'exec node index.js' })
  for (let round = 0; round < 20; round++) {
    expect(await answerOf(sandbox.socket, 'x'.repeat(150_000))).toBe('refused')
  }
})

test('a command starts with no signal ignored', async () => {
  const line = 'grep SigIgn /proc/self/status; exec node index.js'
  await using sandbox = await command({ ...node, files: echo, command: line })
  expect(sandbox.output()).toMatch(/SigIgn:\s+0+\s/)
})

test('a program of the app does not take the place of the runtime', async () => {
  const files = {
    'node_modules/.bin/node': '#!/bin/sh\necho "not the runtime"\nexit 5\n',
    'index.js': 'module.exports = (req, res) => res.end("the real one")',
  }
  await using sandbox = await serve({ ...node, files, entry: 'index.js' })
  expect((await ask(sandbox.socket)).body).toBe('the real one')
})

test("a descendant that floods the loader's connection cannot keep a dead app alive", async () => {
  const files = {
    'index.js': `
require('child_process').spawn('sh', ['-c', 'yes >&3'], { stdio: ['ignore', 'ignore', 'inherit', 3], detached: true })
setTimeout(() => process.exit(6), 300)
module.exports = new Promise(() => {})`,
  }
  await using sandbox = await openSandbox({ ...node, files })
  await expectWord(sandbox, 'hello')
  sandbox.start({ mode: 'loader', argv: loaderCommand('node', 'index.js'), env: runtimeEnvironment('node') })
  await expectWord(sandbox, 'loaded')
  const ended = sandbox.exited()
  sandbox.say('import')
  expect(await sandbox.word()).toBe('failed The app ended with exit code 6 before it listened')
  expect(await ended).toBe(6)
})

describe('a loaded runtime that waits for its app', () => {
  const cell = { mode: 'cell', argv: loaderCommand('node'), env: runtimeEnvironment('node') } as const
  const app = { mode: 'loader', argv: loaderCommand('node', 'index.js'), env: runtimeEnvironment('node') } as const
  const files = { 'index.js': 'module.exports = (req, res) => res.end("here")' }

  test('imports its app as soon as it has taken it over, when both are asked at once', async () => {
    await using sandbox = await openSandbox({ ...node, files, way: 'cell' })
    await expectWord(sandbox, 'hello')
    sandbox.start(cell)
    await expectWord(sandbox, 'loaded')
    await sandbox.attach()
    sandbox.start(app, 'adopt')
    sandbox.say('import')
    await expectWord(sandbox, 'adopted')
    await expectWord(sandbox, 'imported')
  })

  test.each(['import', 'adopt 3', 'adopt x', 'start 99999999999'])(
    'ends when it hears %s in place of an app',
    async (word) => {
      await using sandbox = await openSandbox({ ...node, files, way: 'cell' })
      await expectWord(sandbox, 'hello')
      sandbox.start(cell)
      await expectWord(sandbox, 'loaded')
      const ended = sandbox.exited()
      sandbox.say(word)
      // What a size announces is waited for.
      sandbox.say('..')
      expect(await ended).toBe(70)
    },
  )

  test('ends with the engine that would have given it an app', async () => {
    await using sandbox = await openSandbox({ ...node, files, way: 'cell' })
    await expectWord(sandbox, 'hello')
    sandbox.start(cell)
    await expectWord(sandbox, 'loaded')
    const ended = sandbox.exited()
    sandbox.hangUp()
    expect(await ended).toBe(70)
  })
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

/** Sends a text and resolves with what comes back, whether or not all of the text was taken. */
function answerOf(path: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    // The answer counts; that the rest was refused is the point.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()))
    socket.write(text)
  })
}
