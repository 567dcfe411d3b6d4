import { afterAll, beforeAll, expect, it } from 'vitest'
import { micropush, startMicropush } from './support/command.ts'
import { nodeMicro } from './support/micros.ts'
import { startStack, type Stack } from './support/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ MICROPUSH_SANDBOX: 'runc' })
  await using neighbour = await stack.repository('bob/neighbour')
  await neighbour.write(nodeMicro('response.end("fine")'))
  await live(neighbour, 'neighbour')
})
afterAll(() => stack[Symbol.asyncDispose]())

async function live(
  repository: { fullName: string; commit(): Promise<string>; push(): Promise<string> },
  micro: string,
) {
  const sha = await repository.commit()
  await repository.push()
  expect(await stack.outcome(repository.fullName, sha, `micropush/${micro}`)).toMatchObject({ state: 'success' })
}

async function deployed(name: string, body: string): Promise<string> {
  await using repository = await stack.repository(`ada/${name}`)
  await repository.write(nodeMicro(body))
  await live(repository, name)
  return stack.host(`${name}--ada`)
}

const neighbourAnswers = async () => (await stack.ask(stack.host('neighbour--bob'))).body

it('a request of 6 MB is refused with 413, one of 5.5 MB passes', async () => {
  const host = await deployed(
    'payload',
    'let n = 0; request.on("data", (c) => (n += c.length)).on("end", () => response.end(String(n)))',
  )
  const fits = Math.floor(5.5 * 1024 * 1024)
  expect((await stack.ask(host, { method: 'POST', body: Buffer.alloc(fits) })).body).toBe(String(fits))
  expect((await stack.ask(host, { method: 'POST', body: Buffer.alloc(6 * 1024 * 1024) })).status).toBe(413)
})

it('a handler that takes 11 seconds is answered 504 after 10, and others are not held up', async () => {
  const host = await deployed(
    'slow',
    `globalThis.born ??= String(performance.now() + performance.timeOrigin)
     if (request.url === '/born') return response.end(globalThis.born)
     setTimeout(() => response.end('late'), request.url === '/slow' ? 11000 : 0)`,
  )
  const born = (await stack.ask(host, { path: '/born' })).body
  const started = performance.now()
  const slow = stack.ask(host, { path: '/slow', headers: { accept: 'application/json' } })
  expect((await stack.ask(host)).body).toBe('late')
  const answer = await slow
  expect(answer.status).toBe(504)
  expect(performance.now() - started).toBeGreaterThan(9900)
  expect(performance.now() - started).toBeLessThan(10_900)
  expect(JSON.parse(answer.body)).toMatchObject({ request_id: expect.any(String) as string })
  // It only waits: unlike one in a loop of its own it is not ended. Whether it is, is decided within half a second.
  await new Promise((resolve) => setTimeout(resolve, 1500))
  expect((await stack.ask(host, { path: '/born' })).body).toBe(born)
})

it('a micro in an endless loop is ended after its 10 seconds, and the next request is answered', async () => {
  const host = await deployed('loop', 'if (request.url === "/loop") for (;;); response.end("round")')
  expect((await stack.ask(host, { path: '/loop' })).status).toBe(504)
  await expect.poll(async () => (await stack.ask(host)).body, { timeout: 15_000 }).toBe('round')
  expect(await neighbourAnswers()).toBe('fine')
})

it('600 MB of memory ends the micro and nobody else, and the next request starts it again', async () => {
  const host = await deployed(
    'memory',
    `if (request.url === '/') return response.end('ok')
     const kept = []; for (let i = 0; i < 60; i++) kept.push(Buffer.alloc(10 * 1024 * 1024, 1)); response.end('had ' + kept.length)`,
  )
  const answer = await stack.ask(host, { path: '/600', headers: { accept: 'application/json' } })
  expect(answer.status).toBe(502)
  expect(answer.body).toMatch(/memory/)
  expect(await neighbourAnswers()).toBe('fine')
  await expect.poll(async () => (await stack.ask(host)).body, { timeout: 15_000 }).toBe('ok')
})

it('a fork bomb stays within its processes and the neighbour answers', async () => {
  const host = await deployed(
    'bomb',
    `const { spawn } = require('child_process'); let failed = 0, made = 0
     for (let i = 0; i < 1500; i++) { const child = spawn('sleep', ['20']); child.on('error', () => failed++); child.on('spawn', () => made++) }
     setTimeout(() => response.end(JSON.stringify({ made, failed })), 3000)`,
  )
  const bomb = stack.ask(host)
  expect(await neighbourAnswers()).toBe('fine')
  const answer = await bomb
  if (answer.status === 200) {
    const { made, failed } = JSON.parse(answer.body) as { made: number; failed: number }
    expect(made).toBeLessThan(1024)
    expect(failed).toBeGreaterThan(0)
  } else {
    expect([502, 504]).toContain(answer.status)
  }
  expect(await neighbourAnswers()).toBe('fine')
}, 120_000)

it('a write anywhere but /tmp fails, and /tmp takes 512 MB and not more', async () => {
  const host = await deployed(
    'disk',
    `const fs = require('fs'); const attempt = (path) => { try { fs.writeFileSync(path, 'x'); return 'written' } catch (error) { return error.code } }
     if (request.url === '/where') return response.end(JSON.stringify(['/x', '/app/x', '/etc/x', '/tmp/x', '/var/x', '/node_modules/x'].map(attempt)))
     const file = fs.openSync('/tmp/large', 'w'); const block = Buffer.alloc(1024 * 1024); let written = 0
     try { for (; written < 513; written++) fs.writeSync(file, block) } catch (error) { return response.end(written + ' ' + error.code) } finally { fs.closeSync(file); fs.rmSync('/tmp/large') }
     response.end(written + ' all')`,
  )
  const where = JSON.parse((await stack.ask(host, { path: '/where' })).body) as string[]
  expect(where[3]).toBe('written')
  for (const index of [0, 1, 2, 4, 5]) expect(['EROFS', 'EACCES', 'ENOENT']).toContain(where[index])
  const filled = (await stack.ask(host, { path: '/fill' })).body
  expect(filled).toMatch(/^(4[5-9]\d|50\d|51[0-2]) ENOSPC$/)
  expect((await stack.ask(host, { path: '/where' })).status).toBe(200)
})

it('the client cannot forge who it is', async () => {
  const host = await deployed('headers', 'response.end(JSON.stringify(request.headers))')
  const { body } = await stack.ask(host, {
    headers: { 'x-forwarded-for': '6.6.6.6', 'x-real-ip': '6.6.6.6', forwarded: 'for=6.6.6.6' },
  })
  const headers = JSON.parse(body) as Record<string, string>
  expect(headers['x-forwarded-for']).toBe('127.0.0.1')
  expect(headers['x-real-ip']).toBe('127.0.0.1')
  expect(headers['x-forwarded-host']).toBe(host)
  expect(headers['x-forwarded-proto']).toBe('http')
  expect(body).not.toContain('6.6.6.6')
})

it('what ended a micro is told in the answer, counted, and stands in its log behind its last words', async () => {
  const host = await deployed(
    'crash',
    `if (request.url === '/exit') { console.error('about to exit'); process.exit(7) }
     if (request.url === '/signal') process.kill(process.pid, 'SIGSEGV')
     response.end('up'); console.log('answered', request.url)`,
  )
  const failing = async (path: string) => {
    const answer = await stack.ask(host, { path, headers: { accept: 'application/json' } })
    expect(answer.status).toBe(502)
    await expect.poll(async () => (await stack.ask(host)).body, { timeout: 15_000 }).toBe('up')
    return JSON.parse(answer.body) as { error: string; request_id: string }
  }
  const exited = await failing('/exit')
  expect(exited.request_id).toEqual(expect.any(String))
  expect(JSON.stringify(exited)).toMatch(/exit code 7/)
  expect(JSON.stringify(await failing('/signal'))).toMatch(/SIGSEGV/)

  const shown = await micropush(stack.env, ['logs', 'ada/crash', '-n', '50'])
  const lines = shown.stdout.trim().split('\n')
  for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (out|err|==>) {2}/)
  const words = lines.map((line) => line.slice(24))
  expect(words.slice(0, 3)).toEqual([
    'err  about to exit',
    '==>  The micro ended by itself with exit code 7.',
    'out  answered /',
  ])
  expect(words).toContain('==>  The micro was ended by signal SIGSEGV.')
  const { stdout } = await micropush(stack.env, ['status', 'ada/crash'])
  expect(stdout).toMatch(/1 × ended by itself, last at/)
  expect(stdout).toMatch(/1 × ended by a signal, last at/)
})

it('`micropush logs -f` shows lines as they come, those of the next deployment too, until Ctrl-C', async () => {
  await using repository = await stack.repository('ada/chatty')
  const micro = (version: string) => nodeMicro(`console.log('${version}', request.url); response.end('${version}')`)
  await repository.write(micro('first'))
  await live(repository, 'chatty')
  const host = stack.host('chatty--ada')
  await using following = startMicropush(stack.env, ['logs', 'ada/chatty', '-f'])
  await stack.ask(host, { path: '/a' })
  await following.until(/out {2}first \/a/)
  await repository.write(micro('second'))
  await live(repository, 'chatty')
  await stack.ask(host, { path: '/b' })
  await following.until(/out {2}second \/b/)
  expect(await following.interrupt()).toEqual({ code: 0, stderr: '' })
})

it('an unknown host is answered 404, as a page for browsers and as JSON for others', async () => {
  const page = await stack.ask(stack.host('nothing--here'), { headers: { accept: 'text/html' } })
  expect(page.status).toBe(404)
  expect(page.headers['content-type']).toMatch(/text\/html/)
  const other = await stack.ask(stack.host('nothing--here'))
  expect(JSON.parse(other.body)).toMatchObject({ error: expect.any(String) as string })
})
