import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveFolderCommand } from '../../../runtimes/serve-folder.ts'
import { freePort } from '../../journey/support/ports.ts'

const script = join(import.meta.dirname, '../../../runtimes/loader/node/serve-folder.cjs')

interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

async function ask(port: number, path: string, more: { method?: string; headers?: Record<string, string> } = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, agent: false, ...more }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    call.on('error', reject).end()
  })
}

async function serve(dir: string, ...args: string[]): Promise<{ port: number; process: ChildProcess }> {
  const port = await freePort()
  const env = { PORT: String(port), MICRO_DEPLOYMENT_ID: 'd1' }
  const child = spawn(process.execPath, [script, ...args], { cwd: dir, env, stdio: ['ignore', 'ignore', 'pipe'] })
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(10)) {
    const socket = connect(port, '127.0.0.1')
    const opened = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (opened) break
  }
  return { port, process: child }
}

let folder: string
let plain: Awaited<ReturnType<typeof serve>>
let page: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mp-'))
  const site = join(folder, 'site')
  await mkdir(join(site, 'docs'), { recursive: true })
  await mkdir(join(site, '.well-known'))
  await mkdir(join(site, '.git'))
  const files = {
    'site/index.html': '<h1>home</h1>',
    'site/about.html': 'about',
    'site/empty.css': '',
    'site/app.js': '0123456789',
    'site/docs/index.html': 'docs',
    'site/.git/config': 'hidden',
    'site/.env': 'hidden',
    'site/.well-known/security.txt': 'mail',
    'outside.txt': 'outside',
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  await symlink('../outside.txt', join(site, 'link.txt'))
  plain = await serve(folder, 'missing', 'site')
  page = await serve(folder, '--single-page', 'site')
})

afterAll(async () => {
  for (const one of [plain, page]) one.process.kill()
  await rm(folder, { recursive: true, force: true })
})

describe('the server of static micros', () => {
  it.each([
    ['/', 200, '<h1>home</h1>', 'text/html; charset=utf-8'],
    ['/about', 200, 'about', 'text/html; charset=utf-8'],
    ['/about.html?x=1', 200, 'about', 'text/html; charset=utf-8'],
    ['/docs/', 200, 'docs', 'text/html; charset=utf-8'],
    ['/empty.css', 200, '', 'text/css; charset=utf-8'],
    ['/%61pp.js', 200, '0123456789', 'text/javascript; charset=utf-8'],
    ['/.well-known/security.txt', 200, 'mail', 'text/plain; charset=utf-8'],
  ])('answers %s', async (...[path, status, body, type]) => {
    expect(await ask(plain.port, path)).toMatchObject({ status, body, headers: { 'content-type': type } })
  })

  it.each([
    '/nothing',
    '/app.js/',
    '/.env',
    '/.git/config',
    '/docs/.env',
    '/link.txt',
    '/../outside.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
  ])('has nothing at %s', async (path) => {
    expect((await ask(plain.port, path)).status).toBe(404)
  })

  it('has nothing at an address longer than a file name can be', async () => {
    expect((await ask(plain.port, `/${'a'.repeat(5000)}`)).status).toBe(404)
  })

  it.each(['/%', '/%00', '/%ff'])('refuses the address %s', async (path) => {
    expect((await ask(plain.port, path)).status).toBe(400)
  })

  it('leads to a folder with a slash at its end, on the same host and with the query', async () => {
    expect(await ask(plain.port, '//docs?a=1')).toMatchObject({ status: 301, headers: { location: '/docs/?a=1' } })
  })

  it('answers HEAD without a body, and other methods with 405', async () => {
    const head = await ask(plain.port, '/app.js', { method: 'HEAD' })
    expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-length': '10' } })
    expect(await ask(plain.port, '/', { method: 'POST' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    })
  })

  it('says 304 to whoever has the file of this deployment', async () => {
    const { headers } = await ask(plain.port, '/app.js')
    const etag = String(headers['etag'])
    expect((await ask(plain.port, '/app.js', { headers: { 'if-none-match': `"x", ${etag}` } })).status).toBe(304)
    expect((await ask(plain.port, '/app.js', { headers: { 'if-none-match': etag.replace('d1', 'd0') } })).status).toBe(
      200,
    )
  })

  it.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=10-', 416, 'There are 10 bytes.\n', 'bytes */10'],
    ['bytes=-0', 416, 'There are 10 bytes.\n', 'bytes */10'],
    ['bytes=4-2', 200, '0123456789', undefined],
    ['bytes=0-1,3-4', 200, '0123456789', undefined],
    ['lines=1-2', 200, '0123456789', undefined],
  ])('answers the range %s', async (...[range, status, body, contentRange]) => {
    const answer = await ask(plain.port, '/app.js', { headers: { range } })
    expect([answer.status, answer.body, answer.headers['content-range']]).toEqual([status, body, contentRange])
  })

  it('gives the pages of a single-page app its index, and its missing files 404', async () => {
    expect(await ask(page.port, '/users/7')).toMatchObject({ status: 200, body: '<h1>home</h1>' })
    expect((await ask(page.port, '/assets/gone.js')).status).toBe(404)
    expect((await ask(page.port, '/.env')).status).toBe(404)
  })

  it('answers with 404.html where there is one', async () => {
    await writeFile(join(folder, 'site/404.html'), 'lost')
    expect(await ask(plain.port, '/nothing')).toMatchObject({ status: 404, body: 'lost' })
  })

  it('ends with words when there is no folder to serve', () => {
    const run = () => execFileSync(process.execPath, [script, 'dist', 'build'], { cwd: folder, stdio: 'pipe' })
    expect(run).toThrow(/There is no folder to serve\. Looked for: dist, build/)
  })
})

it('a folder name reaches the server as it is, whatever a shell would make of it', () => {
  const command = serveFolderCommand({ folders: ["it's; $HOME"], singlePage: false })
  const words = execFileSync('sh', ['-c', command.replace('exec node', `exec printf '%s\\n'`)], { encoding: 'utf8' })
  expect(words.split('\n').slice(1, 3)).toEqual(["./it's; $HOME", ''])
})
