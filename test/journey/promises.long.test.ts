import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from 'node:net'
import { getDeployment } from '../../contract/store/deployments.ts'
import { micropush } from './support/command.ts'
import { isolations } from './support/isolations.ts'
import { nodeMicro } from './support/micros.ts'
import { startStack, type Stack } from './support/stack.ts'

const MB = 1024 * 1024

/** An app that waits, streams, takes and gives as the path says. */
const app = `
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
  const [, what, number] = request.url.split('/')
  if (what === 'wait') wait(Number(number)).then(() => response.end('answered'))
  else if (what === 'pause') { response.write('first '); wait(Number(number)).then(() => response.end('last')) }
  else if (what === 'give') response.end(Buffer.alloc(Number(number), 'x'))
  else if (what === 'stream') { for (let left = Number(number); left > 0; left -= 65536) response.write(Buffer.alloc(Math.min(left, 65536), 'x')); response.end() }
  else { let n = 0; request.on('data', (c) => (n += c.length)).on('end', () => response.end(String(n))) }`

describe.each(isolations)('the promises at their edges under %s', (isolation) => {
  let stack: Stack
  let usual: string
  let lower: string

  beforeAll(async () => {
    stack = await startStack({ MICROPUSH_SANDBOX: isolation })
    usual = await deployed('usual', nodeMicro(app))
    lower = await deployed('lower', nodeMicro(app, 'limits:\n  timeout: 2s\n  payload: 1MB\n'))
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  async function push(name: string, files: Record<string, string | Buffer>) {
    await using repository = await stack.repository(`ada/${name}`)
    await repository.write(files)
    const sha = await repository.commit()
    await repository.push()
    return stack.outcome(`ada/${name}`, sha, `micropush/${name}`)
  }
  async function deployed(name: string, files: Record<string, string | Buffer>): Promise<string> {
    expect(await push(name, files)).toMatchObject({ state: 'success' })
    return stack.host(`${name}--ada`)
  }
  /** A body of so many bytes without a Content-Length. */
  async function chunked(host: string, bytes: number): Promise<string> {
    const socket = connect(stack.gatewayPort, '127.0.0.1')
    socket.write(`POST / HTTP/1.1\r\nhost: ${host}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n`)
    for (let left = bytes; left > 0; left -= 65_536) {
      const size = Math.min(left, 65_536)
      socket.write(`${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`)
    }
    socket.write('0\r\n\r\n')
    let answer = ''
    socket.setEncoding('latin1').on('data', (more: string) => (answer += more))
    // A refused client may find its connection reset while it still sends.
    await new Promise<void>((resolve) => socket.on('close', () => resolve()).on('error', () => resolve()))
    return answer
  }
  const give = (host: string, path: string) =>
    stack.ask(host, { path }).then(
      ({ status, body }) => ({ status, bytes: body.length }),
      () => ({ status: 0, bytes: 0 }),
    )

  test('an answer after 9.5 s passes, one after 10.5 s is a 504; the same holds between two bytes', async () => {
    const json = { headers: { accept: 'application/json' } }
    const [early, late, paused, broken] = await Promise.all([
      stack.ask(usual, { path: '/wait/9500', ...json }),
      stack.ask(usual, { path: '/wait/10500', ...json }),
      stack.ask(usual, { path: '/pause/9500' }),
      stack.ask(usual, { path: '/pause/10500' }).then(
        ({ body }) => body,
        () => 'cut off',
      ),
    ])
    expect(early).toMatchObject({ status: 200, body: 'answered' })
    expect(late.status).toBe(504)
    expect(paused).toMatchObject({ status: 200, body: 'first last' })
    expect(broken).toBe('cut off')
  })

  test.each([
    ['5.5 MB', 5.5 * MB, () => usual],
    ['1 MB, where the file says so', MB, () => lower],
  ])('exactly %s passes both ways, and one byte more does not', async (_, bytes, host) => {
    const send = (size: number) => stack.ask(host(), { method: 'POST', body: Buffer.alloc(size) })
    expect(await send(bytes)).toMatchObject({ status: 200, body: String(bytes) })
    expect((await send(bytes + 1)).status).toBe(413)
    expect(await chunked(host(), bytes)).toMatch(new RegExp(`^HTTP/1.1 200[^]*\\r\\n${bytes}`))
    expect(await chunked(host(), bytes + 1)).not.toMatch(/^HTTP\/1.1 200/)

    expect(await give(host(), `/give/${bytes}`)).toEqual({ status: 200, bytes })
    expect((await give(host(), `/give/${bytes + 1}`)).status).toBe(502)
    expect(await give(host(), `/stream/${bytes}`)).toEqual({ status: 200, bytes })
    // It has begun already: all that can be done is to break it off.
    expect(await give(host(), `/stream/${bytes + 1}`)).toEqual({ status: 0, bytes: 0 })
  })

  test('a micro that asked for 2 s is answered 504 after 2 s', async () => {
    expect(await stack.ask(lower, { path: '/wait/1500' })).toMatchObject({ status: 200 })
    const started = performance.now()
    expect((await stack.ask(lower, { path: '/wait/8000' })).status).toBe(504)
    expect(performance.now() - started).toBeGreaterThan(1900)
    expect(performance.now() - started).toBeLessThan(6000)
  })

  test('dependencies that take exactly what the file allows are live, and one byte less is refused', async () => {
    const files = (limit: string) => ({
      ...nodeMicro(`response.end(String(require('is-number')(7)))`, limit),
      'package.json': JSON.stringify({ dependencies: { 'is-number': '7.0.0' } }),
    })
    const host = await deployed('heavy', files(''))
    const id = await stack.store.redis.hget(stack.store.keys.hosts, host.replace(/:\d+$/, ''))
    const bytes = (await getDeployment(stack.store, id ?? ''))?.outcome.sizes?.dependencyBytes ?? 0
    expect(bytes).toBeGreaterThan(1000)
    await deployed('heavy', files(`limits:\n  dependencies: ${bytes}\n`))
    expect((await stack.ask(host)).body).toBe('true')
    const over = await push('heavy', files(`limits:\n  dependencies: ${bytes - 1}\n`))
    expect(over).toMatchObject({ state: 'failure' })
    expect(over.description).toMatch(/dependencies/)
  })

  test('what a micro runs into without ending stands in its log and is counted', async () => {
    const host = await deployed(
      'trouble',
      nodeMicro(
        `const { spawn } = require('child_process')
         if (request.url === '/') return response.end('up')
         if (request.url === '/memory') return spawn('node', ['-e', 'const kept = []; for (;;) kept.push(Buffer.alloc(1 << 20, 1))'])
           .on('exit', (code, signal) => response.end(String(signal)))
         const children = []
         const gone = (child) => new Promise((resolve) => { child.on('exit', resolve); child.kill('SIGKILL') })
         const more = () => { const child = spawn('sleep', ['100'])
           child.on('spawn', () => { children.push(child); more() })
           child.on('error', ({ code }) => setTimeout(() => Promise.all(children.map(gone)).then(() => response.end(code)), 2000)) }
         more()`,
        'limits:\n  processes: 48\n',
      ),
    )
    expect(await stack.ask(host, { path: '/processes' })).toMatchObject({ status: 200, body: 'EAGAIN' })
    const memory = await stack.ask(host, { path: '/memory', headers: { accept: 'application/json' } })
    const logs = async () => (await micropush(stack.env, ['logs', 'ada/trouble'])).stdout
    const status = async () => (await micropush(stack.env, ['status', 'ada/trouble'])).stdout
    if (isolation === 'gvisor') {
      // Its kernel and its processes are one to the host: when memory is full, all of it ends. A refused process is its own affair.
      expect(memory.status).toBe(502)
      expect(memory.body).toMatch(/memory/)
      await expect.poll(status, { timeout: 10_000 }).toMatch(/1 × ended for using more memory/)
      return
    }
    await expect
      .poll(logs, { timeout: 10_000 })
      .toMatch(/==> {2}The micro has reached its limit of processes and threads/)
    expect(await status()).toMatch(/1 × a new process or thread refused/)
    // Which of its processes is ended is the kernel's choice: the one that holds most.
    expect(memory).toMatchObject({ status: 200, body: 'SIGKILL' })
    await expect.poll(logs, { timeout: 10_000 }).toMatch(/==> {2}The memory was full/)
    expect(await status()).toMatch(/\d × a process ended for want of memory/)
    expect((await stack.ask(host)).body).toBe('up')
  })

  test('a source that is exactly as large as the file allows is live, and one byte more is refused', async () => {
    const files = nodeMicro(`response.end('fits')`, 'limits:\n  source: 1MB\n')
    const own = Object.values(files).reduce((sum, content) => sum + Buffer.byteLength(content), 0)
    await deployed('source', { ...files, 'asset.bin': Buffer.alloc(MB - own) })
    const over = await push('source', { ...files, 'asset.bin': Buffer.alloc(MB - own + 1) })
    expect(over).toMatchObject({ state: 'failure' })
    expect(over.description).toMatch(/1 MB/)
    expect((await stack.ask(stack.host('source--ada'))).body).toBe('fits')
  })
})

describe('the sizes that every micro has', () => {
  test('250 MB of source are live, and one byte more is refused', async () => {
    await using stack = await startStack()
    await using repository = await stack.repository('ada/large')
    const files = nodeMicro(`response.end('large')`)
    const own = Object.values(files).reduce((sum, content) => sum + Buffer.byteLength(content), 0)
    const push = async (bytes: number) => {
      await repository.write({ ...files, 'asset.bin': Buffer.alloc(bytes) })
      const sha = await repository.commit()
      await repository.push()
      return stack.outcome('ada/large', sha, 'micropush/large')
    }
    expect(await push(250 * MB - own)).toMatchObject({ state: 'success' })
    expect((await stack.ask(stack.host('large--ada'))).body).toBe('large')
    expect(await push(250 * MB - own + 1)).toMatchObject({ state: 'failure' })
  })
})
