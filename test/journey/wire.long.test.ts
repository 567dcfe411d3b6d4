import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RawClient } from '../runner/gateway/support/client.ts'
import { micropush } from './support/command.ts'
import { isolations } from './support/isolations.ts'
import { startStack, type Stack } from './support/stack.ts'

const IDLE_SECONDS = 1
const languages = ['node', 'python'] as const

/*
 * What the gateway's own tests show against an upstream of the same process is shown here on real micros: from a client through the
 * gateway, the socket that the sandbox shares, init and the loader to the app, and back.
 */
describe.each(isolations)('HTTP all the way into a sandbox under %s', (isolation) => {
  let stack: Stack
  const shas: Record<string, string> = {}
  beforeAll(async () => {
    stack = await startStack({ MICROPUSH_SANDBOX: isolation, MICROPUSH_IDLE_SECONDS: String(IDLE_SECONDS) })
    await Promise.all(languages.map(deploy))
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  async function deploy(language: string): Promise<void> {
    await using repository = await stack.repository(`ada/wire-${language}`)
    await repository.copyFrom(join(import.meta.dirname, 'fixtures/wire', language))
    const sha = await repository.commit()
    await repository.push()
    shas[language] = sha
    const outcome = await stack.outcome(`ada/wire-${language}`, sha, `micropush/wire-${language}`)
    expect(outcome).toMatchObject({ state: 'success' })
  }

  const hostOf = (language: string): string => stack.host(`wire-${language}--ada`)
  const askOf =
    (language: string) =>
    (path: string, more: Parameters<Stack['ask']>[1] = {}) =>
      stack.ask(hostOf(language), { path, ...more })

  describe.concurrent.each(languages)('of %s', (language) => {
    const host = () => hostOf(language)
    const ask = askOf(language)
    /** A connection on which this much of a request has been sent. */
    const begin = (head: string): RawClient => {
      const client = new RawClient({ port: stack.gatewayPort })
      client.socket.write(head.replace('\r\n', `\r\nHost: ${host()}\r\n`))
      return client
    }
    const piece = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`

    test('its environment says what it is, and it has what apps of Deta’s looked for', async () => {
      const env = JSON.parse((await ask('/env')).body) as Record<string, string>
      expect(env).toMatchObject({
        PORT: expect.stringMatching(/^\d+$/) as string,
        MICRO_NAME: `wire-${language}`,
        MICRO_COMMIT: shas[language],
        MICRO_DEPLOYMENT_ID: expect.stringMatching(/./) as string,
        MICRO_URL: `http://${host()}`,
        MICRO_KEY: expect.stringMatching(/^[^_]+_[^_]+$/) as string,
        DETA_RUNTIME: 'true',
        DETA_PATH: `wire-${language}--ada`,
        DETA_PROJECT_KEY: env['MICRO_KEY'],
      })
    })

    test('a WebSocket passes both ways, message by message, and for longer than the execution time', async () => {
      const client = begin(
        'GET /socket HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n',
      )
      await client.sees('101 Switching')
      for (const text of ['early', 'later']) {
        // RFC 6455, 5.2: a final text frame, masked with zeros.
        client.socket.write(Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0, ...Buffer.from(text)]))
        await client.sees(`\x81${String.fromCharCode(text.length)}${text}`)
        await delay(text === 'early' ? 2500 : 0)
      }
      client.socket.destroy()
    })

    test('server-sent events arrive one by one, also after the execution time', async () => {
      const client = begin('GET /events HTTP/1.1\r\n\r\n')
      await client.sees('data: first')
      await delay(2500)
      expect(client.text).not.toContain('second')
      expect((await ask('/tell')).body).toBe('told')
      await client.sees('data: second')
      client.socket.destroy()
    })

    test('a body is streamed both ways at once: each piece comes back before the next is sent', async () => {
      const client = begin('POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n')
      for (const text of ['one', 'two', 'three']) {
        client.socket.write(piece(`<${text}>`))
        await client.sees(`<${text}>`)
      }
      client.socket.write('0\r\n\r\n')
      await client.sees('\r\n0\r\n\r\n')
    })

    test('HEAD has the length of the page and none of it', async () => {
      const answer = await ask('/page', { method: 'HEAD' })
      expect(answer).toMatchObject({ status: 200, body: '' })
      if (language === 'python') expect(answer.headers['content-length']).toBe('6')
    })

    test('who expects 100 Continue hears it before the body', async () => {
      const client = begin(
        'POST /count HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n',
      )
      await client.sees('HTTP/1.1 100 Continue\r\n\r\n')
      client.socket.write('hello')
      await client.sees('\r\n\r\n5')
    })

    test('150 fields of 25 KB together arrive, and so does a target of 15 KB', async () => {
      const many = Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`x-many-${at}`, 'a'.repeat(160)]))
      expect(await ask('/fields', { headers: many })).toMatchObject({ status: 200, body: '150' })
      const target = `/target?${'q'.repeat(15_000)}`
      expect(await ask(target)).toMatchObject({ status: 200, body: String(target.length) })
    })

    test('a client that takes longer than the execution time to send its body is waited for', async () => {
      const client = begin('POST /count HTTP/1.1\r\nContent-Length: 5\r\nConnection: close\r\n\r\n')
      for (const byte of 'hello') {
        client.socket.write(byte)
        await delay(600)
      }
      await client.sees('\r\n\r\n5')
      expect(client.text).toMatch(/^HTTP\/1\.1 200 /)
    })
  })

  describe.each(languages)('and its end, of %s:', (language) => {
    const ask = askOf(language)

    test('work that it told of with waitUntil is finished before the sandbox sleeps', async () => {
      expect((await ask('/work')).body).toBe('working')
      // Without it the sandbox would sleep after a second, and the work would last until the next request.
      await delay(5000)
      const tookMs = Number((await ask('/worked')).body)
      expect(tookMs).toBeGreaterThanOrEqual(2900)
      expect(tookMs).toBeLessThan(4500)
    })

    test('what ended it is told in the answer and counted, and the next request is answered', async () => {
      const exited = await ask('/exit', { headers: { accept: 'application/json' } })
      expect(exited.status).toBe(502)
      expect(exited.body).toMatch(/exit code 7/)
      const up = async () => (await ask('/page')).body
      await expect.poll(up, { timeout: 20_000 }).toBe('a page')
      expect((await ask('/loop')).status).toBe(504)
      await expect.poll(up, { timeout: 20_000 }).toBe('a page')
      const { stdout } = await micropush(stack.env, ['status', `ada/wire-${language}`])
      expect(stdout).toMatch(/1 × ended by itself, last at/)
      expect(stdout).toMatch(/1 × ended because it kept its processor busy and did not answer/)
    })
  })

  test('early hints and trailers pass', async () => {
    const client = new RawClient({ port: stack.gatewayPort })
    const host = stack.host('wire-node--ada')
    client.socket.write(`GET /hints HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    await client.sees('103 Early Hints')
    await client.sees('hinted')
    client.socket.write(
      `POST /trailers HTTP/1.1\r\nHost: ${host}\r\nTE: trailers\r\nTrailer: x-sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx-sum: 42\r\n\r\n`,
    )
    await client.sees('got 42\r\n\r\n')
    client.socket.destroy()
  })
})
