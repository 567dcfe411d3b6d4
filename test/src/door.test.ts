import { createHash, createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDeployment } from '../../contract/store/deployments.ts'
import { appendLog } from '../../contract/store/logs/deployment-logs.ts'
import { readDeliveries } from '../../contract/store/repository/deliveries.ts'
import { createDoor } from '../../src/door.ts'
import { startParts, webhookSecret, type Parts } from './support/bot.ts'
import { pushPayload, sampleBase, shaA } from './support/samples.ts'

let parts: Parts
let server: Server
let base: string

beforeEach(async () => {
  parts = await startParts()
  server = await createDoor(parts)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await parts[Symbol.asyncDispose]()
})

interface Delivery {
  readonly payload?: unknown
  readonly raw?: string | Buffer
  readonly guid?: string
  readonly event?: string
  readonly signature?: string
}

function deliver({ payload = pushPayload(), raw, guid = randomUUID(), event = 'push', signature }: Delivery = {}) {
  const body = raw ?? JSON.stringify(payload)
  return fetch(`${base}/api/github/webhooks`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': guid,
      'x-hub-signature-256': signature ?? sign(body),
    },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  })
}

function sign(body: string | Buffer, secret = webhookSecret): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

/** Lets the job of a push that waits be as if it had ended. */
async function put(guid: string, state: 'completed' | 'failed') {
  const { push } = parts.queues
  const job = await push.getJob(guid)
  const script = "redis.call('LREM', KEYS[1], 0, ARGV[1]) redis.call('ZADD', KEYS[2], 1, ARGV[1])"
  await parts.store.redis.eval(script, 2, push.toKey('wait'), push.toKey(state), guid)
  return job
}

function waitingPushes(): Promise<number> {
  return parts.queues.push.getJobCountByTypes('waiting', 'completed', 'failed', 'delayed')
}

describe('the webhook door', () => {
  it('answers 200 once a push is in the queue', async () => {
    const answer = await deliver({ guid: '72d3162e-cc78-11e3-81ab-4c9367dc0958' })
    expect(answer.status).toBe(200)
    const [job] = await parts.queues.push.getJobs(['waiting'])
    expect(job?.id).toBe('72d3162e-cc78-11e3-81ab-4c9367dc0958')
    expect(job?.data).toMatchObject({ owner: 'ada', repository: 'hello', branch: 'main', sha: shaA, sequence: 1 })
  })

  it('notes for people what an event asks for, and none of the many that nobody asks anything by', async () => {
    const { repository, installation } = pushPayload()
    const of = { repository, installation, sender: { login: 'ada', type: 'User' } }
    const run = { ...of, check_run: { external_id: '' } }
    const comment = { id: 5, body: 'Nice.', created_at: new Date().toISOString(), user: of.sender }
    const talk = { ...of, issue: { number: 1 }, comment }
    await deliver({ event: 'check_run', payload: { ...run, action: 'created' } })
    await deliver({ event: 'check_run', payload: { ...run, action: 'completed' } })
    for (const event of ['check_suite', 'event_of_tomorrow']) {
      const { status } = await deliver({ event, payload: { ...of, action: 'requested' } })
      expect(status, event).toBe(200)
    }
    await deliver({ event: 'issue_comment', payload: { ...talk, action: 'created' } })
    await deliver({ event: 'issue_comment', payload: { ...talk, action: 'edited' } })
    await deliver({ payload: pushPayload({ ref: 'refs/tags/v1' }) })
    await deliver({ event: 'check_run', payload: { ...run, action: 'rerequested' } })
    const noted = await readDeliveries(parts.store, 'ada/hello')
    expect(noted.map(({ event, decision }) => `${event}: ${decision}`).toSorted()).toEqual([
      'check_run.rerequested: nothing: not a check run of a deployment',
      'push: nothing: not a branch',
    ])
  })

  it('makes one job of the same delivery sent twice, also at the same time', async () => {
    const guid = randomUUID()
    const answers = await Promise.all([deliver({ guid }), deliver({ guid }), deliver({ guid })])
    expect([...answers, await deliver({ guid })].map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(await waitingPushes()).toBe(1)
  })

  it.each([
    ['made with another secret', sign(JSON.stringify(pushPayload()), 'other')],
    ['that is none', 'sha256=0'],
    ['of the old kind', `sha1=${'0'.repeat(40)}`],
  ])('refuses a signature %s', async (_, signature) => {
    expect((await deliver({ signature })).status).toBe(400)
    expect(await waitingPushes()).toBe(0)
  })

  it('refuses a delivery without a signature before it reads the body', async () => {
    const answer = await fetch(`${base}/api/github/webhooks`, { method: 'POST', body: '{}' })
    expect(answer.status).toBe(400)
  })

  it('refuses a body that was changed by one byte after it was signed', async () => {
    const body = JSON.stringify(pushPayload())
    expect((await deliver({ raw: body.replace('main', 'mbin'), signature: sign(body) })).status).toBe(400)
  })

  it('takes characters beyond ASCII, and refuses bytes that are not text although they are signed', async () => {
    expect((await deliver({ payload: pushPayload({ ref: 'refs/heads/größe-🚀' }) })).status).toBe(200)
    expect((await deliver({ raw: Buffer.from([0x7b, 0xff, 0x7d]) })).status).toBe(400)
  })

  it.each([
    ['a tag', { payload: pushPayload({ ref: 'refs/tags/v1' }) }],
    ['a merge queue', { payload: pushPayload({ ref: 'refs/heads/gh-readonly-queue/main/pr-1-x' }) }],
    ['another event', { event: 'ping', payload: { zen: 'x', hook_id: 1 } }],
    ['an event nobody knows yet', { event: 'brand_new', payload: {} }],
  ])('answers 200 to %s and leaves it alone', async (_, delivery) => {
    expect((await deliver(delivery)).status).toBe(200)
    expect(await waitingPushes()).toBe(0)
  })

  it('refuses more than 25 MB by its declared length, without reading it', async () => {
    const sent = request(`${base}/api/github/webhooks`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': String(26 * 1024 * 1024),
        'x-github-event': 'push',
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': sign(''),
      },
    })
    sent.on('error', () => {})
    sent.write('{')
    const [answer] = (await once(sent, 'response')) as [{ statusCode: number }]
    expect(answer.statusCode).toBe(413)
    sent.destroy()
  })

  it('counts the bytes of a body that declares no length', async () => {
    const chunk = new Uint8Array(1024 * 1024)
    let chunks = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (chunks++ < 26) controller.enqueue(chunk)
        else controller.close()
      },
    })
    const answer = await fetch(`${base}/api/github/webhooks`, {
      method: 'POST',
      headers: { 'x-github-event': 'push', 'x-github-delivery': randomUUID(), 'x-hub-signature-256': sign('') },
      body,
      duplex: 'half',
    })
    expect(answer.status).toBe(413)
  })

  it('takes a signed body just below 25 MB', async () => {
    const payload = { ...pushPayload(), filler: 'x'.repeat(25 * 1024 * 1024 - 2000) }
    expect((await deliver({ payload })).status).toBe(200)
  })

  it('answers 5xx within the time GitHub gives while Redis is away, and takes the redelivery afterwards', async () => {
    const guid = randomUUID()
    await parts.redis.kill()
    const startedMs = performance.now()
    expect((await deliver({ guid })).status).toBe(500)
    expect(performance.now() - startedMs).toBeLessThan(9000)
    await parts.redis.restart()
    await expect.poll(async () => (await deliver({ guid })).status, { timeout: 10_000 }).toBe(200)
    expect(await waitingPushes()).toBe(1)
  })

  it('does nothing again for a delivery whose job is done, when it is sent again', async () => {
    const guid = randomUUID()
    await deliver({ guid })
    const job = await put(guid, 'completed')
    expect((await deliver({ guid })).status).toBe(200)
    expect(await job?.isCompleted()).toBe(true)
    expect(await parts.queues.push.getJobCountByTypes('waiting')).toBe(0)
  })

  it('tries a delivery again whose job had failed for good, when it is sent again', async () => {
    const guid = randomUUID()
    await deliver({ guid })
    const job = await put(guid, 'failed')
    expect(await job?.isFailed()).toBe(true)
    expect((await deliver({ guid })).status).toBe(200)
    expect(await parts.queues.push.getJobCountByTypes('waiting')).toBe(1)
  })

  it('keeps the secret out of the log', async () => {
    await deliver({ signature: `sha256=${webhookSecret}` })
    await deliver()
    expect(parts.lines.join('')).not.toContain(webhookSecret)
    expect(parts.lines.join('')).toContain('push accepted')
  })
})

describe('the pages', () => {
  it('says at /healthz what does not work', async () => {
    const answer = await fetch(`${base}/healthz`)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      ok: false,
      message: expect.stringContaining('engine: the runner does not answer') as string,
      parts: { bot: 'ok', queue: 'ok' },
    })
  })

  it('says at / what this is, though Redis is away', async () => {
    await parts.redis.kill()
    const answer = await fetch(base)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await answer.text()).toMatch(/micropush[\s\S]*Redis/)
  })

  it('shows a deployment and its log to whoever knows its id, and to no search engine', async () => {
    const deployment = sampleBase()
    await createDeployment(parts.store, deployment)
    await appendLog(parts.store, { id: deployment.id, text: '<script>npm ci</script>\n' })
    const answer = await fetch(`${base}/d/${deployment.id}`)
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('x-robots-tag')).toContain('noindex')
    expect(await answer.text()).toMatch(/hello[\s\S]*queued since[\s\S]*<script>npm ci/)
  })

  it('shows it as a page to a browser, in which nothing may run but our own script', async () => {
    const deployment = sampleBase()
    await createDeployment(parts.store, deployment)
    await appendLog(parts.store, { id: deployment.id, text: '\u001b[32m<script>npm ci</script>\n' })
    const answer = await fetch(`${base}/d/${deployment.id}`, { headers: { accept: 'text/html,*/*;q=0.8' } })
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const html = await answer.text()
    expect(html).toContain('<span class="f2">&lt;script&gt;npm ci&lt;/script&gt;</span>')
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script]) => script ?? '')
    expect(scripts).toHaveLength(1)
    const hash = createHash('sha256')
      .update(scripts[0] ?? '')
      .digest('base64')
    const policy = answer.headers.get('content-security-policy')
    expect(policy).toContain(`script-src 'sha256-${hash}'; connect-src 'self'`)
    expect(policy).toContain("default-src 'none'")
    expect(html).not.toMatch(/ (src|on[a-z]+)=/)
  })

  it.each(['/d/', `/d/d${'0'.repeat(30)}`, '/d/..%2f', '/nothing', '//', '/d/*'])('answers 404 at %s', async (path) => {
    expect((await fetch(base + path)).status).toBe(404)
  })

  it('answers 405 to what is no reading', async () => {
    expect((await fetch(base, { method: 'DELETE' })).status).toBe(405)
  })
})
