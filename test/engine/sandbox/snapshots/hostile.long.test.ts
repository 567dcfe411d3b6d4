import { lstat, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { destroySandbox } from '../../../../runner/sandbox/destroy-sandbox.ts'
import { listSandboxes } from '../../../../runner/sandbox/list-sandboxes.ts'
import { snapshotPaths } from '../../../../runner/sandbox/snapshots/snapshot-paths.ts'
import { sandboxPaths } from '../../../../runner/sandbox/paths.ts'
import { ask, type Micro } from '../stage.ts'
import { openSnapshotStage, snapshotsHere, type SnapshotStage } from './snapshot-stage.ts'

/** Whatever can run in an import: a timer, a connection with both ends in the sandbox, and a WebSocket's worth of upgraded bytes. */
const lively: Micro = {
  files: {
    'index.js': `
const net = require('node:net'), http = require('node:http')
const state = { ticks: 0, echoed: 0 }
setInterval(() => state.ticks++, 5)
const upgrade = http.createServer().on('upgrade', (q, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nconnection: upgrade\\r\\nupgrade: x\\r\\n\\r\\n')
  socket.pipe(socket)
})
module.exports = new Promise((resolve) => upgrade.listen(9000, '127.0.0.1', () => {
  const client = net.connect(9000, '127.0.0.1', () => client.write('GET / HTTP/1.1\\r\\nhost: x\\r\\nconnection: upgrade\\r\\nupgrade: x\\r\\n\\r\\n'))
  client.on('data', () => { state.echoed++; setTimeout(() => client.write('x'), 5) })
  client.once('data', () => resolve((req, res) => setTimeout(() => res.end(JSON.stringify(state)), 300)))
}))`,
  },
}

/** What they draw at random is made from states that nobody else reaches. */
const besides: Readonly<Record<string, Micro>> = {
  'a thread of Node’s': {
    files: {
      'index.js': `new (require('node:worker_threads').Worker)('setInterval(() => {}, 1000)', { eval: true })
module.exports = (req, res) => res.end('hello')`,
    },
  },
  'another process of Node’s': {
    files: {
      'index.js': `require('node:child_process').spawn('sleep', ['1000'])
module.exports = (req, res) => res.end('hello')`,
    },
  },
  'another process of Python’s': {
    language: 'python',
    files: {
      'main.py': `import multiprocessing, time
multiprocessing.get_context('fork').Process(target=time.sleep, args=(1000,), daemon=True).start()
def app(environ, start_response):
    start_response('200 OK', [])
    return [b'hello']`,
    },
  },
}

const full: Micro = {
  files: {
    'index.js': `require('node:fs').writeFileSync('/tmp/much', require('node:crypto').randomBytes(20 * 1024 * 1024))
module.exports = (req, res) => res.end('served all the same')`,
  },
}

const traps: Micro = {
  files: {
    'index.js': `
const fs = require('node:fs')
for (const folder of ['/tmp', '/run/micropush']) {
  fs.symlinkSync('/etc/shadow', folder + '/shadow')
  fs.symlinkSync('../../..', folder + '/up')
}
fs.linkSync('/tmp/shadow', '/tmp/again')
// The engine makes a socket of this name when it brings the app back.
try { fs.unlinkSync('/run/micropush/ctl.sock') } catch {}
fs.symlinkSync('/tmp/elsewhere', '/run/micropush/ctl.sock')
fs.symlinkSync('/tmp/elsewhere', '/run/micropush/app.sock')
module.exports = (req, res) => res.end('still here')`,
  },
}

describe.skipIf(!(await snapshotsHere()))('a snapshot of', () => {
  let stage: SnapshotStage
  beforeAll(async () => {
    stage = await openSnapshotStage()
  })
  afterAll(() => stage.close())

  test.each(Object.keys(besides))(
    'an app is not taken that has %s: two copies would draw the same keys and ids',
    async (what) => {
      const spec = await stage.spec(besides[what] ?? full)
      expect(await stage.take(spec)).toEqual({ kind: 'none', why: expect.stringContaining('threads or processes') })
    },
  )

  test('an app with timers and connections goes on with all of them', async () => {
    const spec = await stage.taken(lively)
    const sandbox = await stage.woken(spec)
    const before = JSON.parse((await ask(sandbox)).body) as Record<string, number>
    const after = JSON.parse((await ask(sandbox)).body) as Record<string, number>
    for (const [name, count] of Object.entries(after)) expect(count, name).toBeGreaterThan(before[name] ?? 0)
    await destroySandbox(stage.context, sandbox, { graceSeconds: 0 })
  })

  test('an app that fills its /tmp is not taken, and says so', async () => {
    const spec = await stage.spec(full)
    expect(await stage.take(spec)).toEqual({ kind: 'none', why: expect.stringContaining('/tmp') })
    expect(await listSandboxes(stage.context)).toEqual([])
    expect(await stage.wake(spec)).toEqual({ unfit: true })
  })

  test('an app that sets traps in the folders it can write to harms nobody', async () => {
    const spec = await stage.spec(traps)
    const shadow = await readFile('/etc/shadow', 'utf8')
    expect((await stage.take(spec)).kind).toBe('taken')
    const kept = snapshotPaths(stage.dataDir, spec.deploymentId)
    expect(await readlink(join(kept.tmp, 'shadow'))).toBe('/etc/shadow')
    const sandbox = await stage.woken(spec)
    expect((await ask(sandbox)).body).toBe('still here')
    const paths = sandboxPaths(stage.dataDir, sandbox.id)
    expect((await lstat(paths.socket)).isSocket()).toBe(true)
    expect(await readFile('/etc/shadow', 'utf8')).toBe(shadow)
    await destroySandbox(stage.context, sandbox, { graceSeconds: 0 })
  })
})
