import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkHealth } from '../../../src/http/health.ts'
import { healthPage } from '../../../src/http/pages.ts'
import { startParts, type Parts } from '../support/bot.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

let parts: Parts
let runner: Server
let runnerSocket: string
let answer: string

const sandbox = { isolation: 'gvisor', means: 'a kernel of its own' }

beforeEach(async () => {
  parts = await startParts()
  runnerSocket = join(await temporaryFolder(), 'runner.sock')
  runner = createServer((_, response) => response.end(answer))
  runner.listen(runnerSocket)
  await once(runner, 'listening')
})

afterEach(async () => {
  runner.close()
  await parts[Symbol.asyncDispose]()
})

function check() {
  return checkHealth({ store: parts.store, runnerSocket })
}

describe('checkHealth', () => {
  it('is well when Redis and every part of the runner are', async () => {
    answer = JSON.stringify({ ok: true, parts: { engine: true, gateway: 'ok' }, sandbox })
    const health = await check()
    expect(health).toEqual({
      ok: true,
      parts: { bot: 'ok', queue: 'ok', engine: 'ok', gateway: 'ok' },
      sandbox,
    })
    expect(healthPage(health).status).toBe(200)
  })

  it.each([false, 'is not connected', { ok: false, message: 'is not connected' }])(
    'names the part that does not work: %j',
    async (gateway) => {
      answer = JSON.stringify({ ok: false, parts: { engine: { ok: true }, gateway }, sandbox })
      const page = healthPage(await check())
      expect(page.status).toBe(503)
      expect(page.body).toMatch(/"message": "gateway: (does not work|is not connected)"/)
    },
  )

  it.each(['', 'not json', '{"ok":true}', `"${'x'.repeat(100_000)}"`])(
    'is not well when the runner answers nonsense (%#)',
    async (text) => {
      answer = text
      expect((await check()).parts['engine']).toBe('the runner does not answer')
    },
  )

  it('is not well when a part is missing', async () => {
    answer = JSON.stringify({ ok: true, parts: { engine: true } })
    expect(await check()).toMatchObject({ ok: false, parts: { gateway: 'the runner says nothing of it' } })
  })

  it('is not well when Redis is away, and says so in time', async () => {
    answer = JSON.stringify({ ok: true, parts: { engine: true, gateway: true }, sandbox })
    await parts.redis.kill()
    const health = await check()
    expect(health.ok).toBe(false)
    expect(health.parts['queue']).toMatch(/^Redis /)
  })
})
