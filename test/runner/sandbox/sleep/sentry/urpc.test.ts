import { mkdtemp, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectUrpc, type Urpc } from '../../../../../runner/sandbox/sleep/sentry/urpc.ts'

let folder: string
let server: Server
let near: Socket | undefined
let urpc: Urpc
/** What the sentry of the test answers a call with. */
let answer: (socket: Socket, call: string) => unknown

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), `urpc-${'x'.repeat(60)}`))
  // Longer than a unix socket's path may be, as those below Docker's folder are.
  const name = `runsc-${'0'.repeat(64)}.sock`
  server = createServer((socket) => {
    near = socket.on('error', () => {})
    socket.on('data', (data) => answer(socket, String(data)))
  })
  process.chdir(folder)
  server.listen(name)
  await once(server, 'listening')
  process.chdir('/')
  urpc = await connectUrpc(join(folder, name), 1000)
})
afterEach(async () => {
  urpc.close()
  near?.destroy()
  server.close()
  await rm(folder, { recursive: true })
})

test('a call goes as one object and its answer comes back, in as many pieces as it likes', async () => {
  const seen: string[] = []
  answer = (socket, call) => {
    seen.push(call)
    const bytes = Buffer.from(JSON.stringify({ success: true, err: '', result: 'a "quoted" {brace} \\ é' }))
    void (async () => {
      for (const byte of bytes) await new Promise((resolve) => socket.write(Uint8Array.of(byte), resolve))
    })()
  }
  expect(await urpc.call('debug.Stacks', 1000)).toBe('a "quoted" {brace} \\ é')
  expect(await urpc.call('debug.Stacks', 1000)).toBe('a "quoted" {brace} \\ é')
  expect(seen).toEqual(Array.from({ length: 2 }, () => '{"method":"debug.Stacks","arg":{}}'))
})

test.each([
  ['a refusal', '{"success":false,"err":"unknown method","result":null}', /refused: unknown method/],
  ['what is no JSON', '{"success":tru}', /no answer/],
  ['another shape', '{"ok":1}', /no answer/],
  ['more than one answer', '{"success":true,"err":"","result":1}{', /more than it was asked for/],
])('%s ends the conversation', async (_, text, words) => {
  answer = (socket) => socket.write(text)
  await expect(urpc.call('a', 1000)).rejects.toMatchObject({
    code: 'engine-unavailable',
    message: expect.stringMatching(words),
  })
  expect(urpc.usable).toBe(false)
  await expect(urpc.call('a', 1000)).rejects.toMatchObject({ code: 'engine-unavailable' })
})

test('an endless answer is not read to its end', async () => {
  answer = (socket) => {
    socket.write('{"success":true,"err":"","result":"')
    const more = Buffer.alloc(1024 * 1024, 'x')
    const write = (): void => void socket.write(more, (error) => error ?? write())
    write()
  }
  await expect(urpc.call('a', 10_000)).rejects.toThrow(/more than it was asked for/)
})

test('a silent sentry is waited for no longer than it may take', async () => {
  answer = () => {}
  await expect(urpc.call('a', 50)).rejects.toThrow('did not answer within 50 ms')
})

test('one that ends in the middle of a call is no answer', async () => {
  answer = (socket) => socket.end()
  await expect(urpc.call('a', 1000)).rejects.toThrow('has ended')
})

test('two calls at once are a mistake', async () => {
  answer = () => {}
  const first = urpc.call('a', 50)
  await expect(urpc.call('b', 50)).rejects.toThrow()
  await expect(first).rejects.toThrow('50 ms')
})
