import { describe, expect, it } from 'vitest'
import { ask } from '../support/client.ts'
import { stage, stageWith } from '../support/stage.ts'

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

describe('an answer of our own', () => {
  it('is a page for browsers, which may load and run nothing', async () => {
    const made = await stage({ routes: [] })
    const answer = await ask(made, { headers: browser })
    expect(answer.status).toBe(404)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.body).toContain('There is no micro here')
    expect(answer.body).toContain(answer.headers['x-request-id'])
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'; style-src 'unsafe-inline'")
  })

  it('is JSON for others', async () => {
    const made = await stage({ routes: [] })
    const answer = await ask(made)
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(JSON.parse(answer.body)).toEqual({
      error: 'host-unknown',
      message: 'No micro answers at this address.',
      request_id: answer.headers['x-request-id'],
      hint: expect.stringContaining('If the micro is yours') as string,
    })
  })

  it('has no body for HEAD', async () => {
    const made = await stage({ routes: [] })
    const answer = await ask(made, { method: 'HEAD' })
    expect(answer).toMatchObject({ status: 404, body: '' })
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(0)
  })

  it('keeps the connection for the next request where that is safe', async () => {
    const made = await stage({ routes: [] })
    expect((await ask(made, { headers: { connection: 'keep-alive' } })).headers.connection).toBe('keep-alive')
  })
})

describe('the route table', () => {
  it('knows exact hosts only, whatever X-Forwarded-Host says', async () => {
    const made = await stageWith((_request, response) => response.end('ok'))
    expect((await ask(made, { host: 'a.hello--ada.localhost' })).status).toBe(404)
    expect(
      (await ask(made, { host: 'ada.localhost', headers: { 'x-forwarded-host': 'hello--ada.localhost' } })).status,
    ).toBe(404)
    expect((await ask(made, { host: 'HELLO--ada.LOCALHOST.:99' })).status).toBe(200)
  })

  it('follows the engine at once', async () => {
    const made = await stageWith((_request, response) => response.end('ok'))
    made.engine.say({ type: 'unroute', host: 'hello--ada.localhost' })
    await made.engine.settled()
    expect((await ask(made)).status).toBe(404)
  })
})

describe('the health check', () => {
  it.each(['localhost', '127.0.0.1', 'localhost:8080', '[::1]:8080'])('answers at %s', async (host) => {
    const made = await stage()
    const answer = await ask(made, { host, path: '/healthz' })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toEqual({ status: 'ok', engine: 'connected' })
  })

  it("belongs to the micro at a micro's own host", async () => {
    const made = await stageWith((_request, response) => response.end('mine'))
    expect((await ask(made, { path: '/healthz' })).body).toBe('mine')
  })
})
