import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkCase, logOf } from './deta/case.ts'
import { startStack, type Stack } from './support/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ MICROPUSH_SANDBOX: 'runc' })
})
afterAll(() => stack[Symbol.asyncDispose]())

describe('a Spacefile', () => {
  it('makes a micro of each of its entries, pages among them', async () => {
    await checkCase(stack, 'shop', {
      title: '',
      files: {
        Spacefile: `v: 0
micros:
  - name: front
    src: ./front
    engine: static
    serve: pages
    primary: true
  - name: back
    src: back
    engine: python3.9
    path: api
    run: python main.py
    presets:
      env:
        - { name: WORD, default: hello }
`,
        'front/pages/index.html': '<h1>shop</h1>',
        'front/pages/empty.css': '',
        'front/secret.txt': 'not a page',
        'back/main.py': PYTHON_SERVER,
      },
      answers: {
        '/': {
          status: 200,
          body: '<h1>shop</h1>',
          headers: expect.objectContaining({ 'content-type': 'text/html; charset=utf-8' }) as never,
        },
        '/empty.css': '',
        '/secret.txt': { status: 404 },
      },
      log: [/"shop": Space asked for a login/, /"shop-back" has an address of its own, and is not at "\/api"/],
    })
    await expect
      .poll(async () => (await stack.ask(stack.host('shop-back--ada'))).body, { timeout: 30_000 })
      .toBe('hello')
  })
})

const PYTHON_SERVER = `import os
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["WORD"].encode())
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
`

describe('a micro.yml that is added to a deta.json', () => {
  it('takes the micro over in place, and what was written for Deta ends with its last file', async () => {
    await using repository = await stack.repository('ada/moving')
    const push = async (micro: string) => {
      const sha = await repository.commit()
      await repository.push()
      expect(await stack.outcome('ada/moving', sha, `micropush/${micro}`)).toMatchObject({ state: 'success' })
    }
    const host = stack.host('bot--ada')
    await repository.write({ 'deta.json': '{"name":"bot"}', 'index.js': says('deta') })
    await push('bot')
    expect((await stack.ask(host)).body).toBe('deta')

    await repository.write({ 'micro.yml': 'v: 1\nname: bot\nruntime: nodejs24\n', 'index.js': says('ours') })
    await push('bot')
    expect((await stack.ask(host)).body).toBe('ours')
    expect(await logOf(stack, 'ada/moving', 'bot')).toContain(
      'micro.yml is what counts; the deta.json beside it is not read',
    )

    await repository.write({ 'micro.yml': null })
    await push('bot')
    expect((await stack.ask(host)).body).toBe('ours')

    await repository.write({ 'deta.json': null })
    await repository.commit()
    await repository.push()
    await expect.poll(async () => (await stack.ask(host)).status, { timeout: 20_000 }).toBe(404)
  })
})

function says(words: string): string {
  return `module.exports = (request, response) => response.end('${words}')\n`
}
