import { once } from 'node:events'
import { request, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { reportDeployment } from '../../../contract/queue.ts'
import { createDeployment, transitionDeployment } from '../../../contract/store/deployments.ts'
import { createDoor } from '../../../src/door.ts'
import { createGitHub } from '../../../src/github/client.ts'
import { newestBase } from '../../support/deployment.ts'
import { faultsOf, parseExposition, valueOf } from '../../support/exposition.ts'
import { startParts, type Parts } from '../support/bot.ts'

const TOKEN = 'a-token-of-this-test-alone'

let parts: Parts
let server: Server
let port: number
beforeEach(async () => {
  parts = await startParts({ MICROPUSH_METRICS_TOKEN: TOKEN })
  server = await createDoor(parts)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await parts[Symbol.asyncDispose]()
})

async function ask(path: string, { method = 'GET', ...headers }: Record<string, string> = {}) {
  const call = request({ host: '127.0.0.1', port, path, method, headers, agent: false })
  call.end()
  const [answer] = (await once(call, 'response')) as [IncomingMessage]
  return { status: answer.statusCode, type: answer.headers['content-type'], body: await text(answer) }
}

async function read() {
  const { status, type, body } = await ask('/metrics')
  expect({ status, type }).toEqual({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' })
  const families = parseExposition(body)
  return { families, value: (name: string, labels = {}) => valueOf(families, name, labels) }
}

it('everything that the bot tells has a description, a type, a unit and bounded labels', async () => {
  await ask('/d/d0123456789abcdef0123456789abcd')
  await ask('/healthz')
  parts.metrics.github({
    method: 'post',
    url: `https://x.example/repos/a/b/statuses/${'a'.repeat(40)}`,
    status: 201,
    ms: 5,
  })
  parts.metrics.github({ method: 'PURGE', url: 'https://x.example/', status: undefined, ms: 5 })
  const { families, value } = await read()
  expect(faultsOf(families)).toEqual([])
  expect(value('micropush_github_requests_total', { kind: 'status', method: 'POST', status: '2xx' })).toBe(1)
  expect(value('micropush_github_requests_total', { kind: 'other', method: 'other', status: 'none' })).toBe(1)
})

it('strangers do not learn that there are metrics, whatever way they come', async () => {
  const stranger = { 'x-forwarded-for': '192.0.2.1' }
  const nothing = await ask('/nothing', stranger)
  expect(nothing.status).toBe(404)
  expect(await ask('/metrics', stranger)).toEqual(nothing)
  expect(await ask('/metrics', { host: 'bot.example.com' })).toEqual(nothing)
  expect(await ask('/metrics', { ...stranger, authorization: 'Bearer wrong' })).toEqual(nothing)
  expect(await ask('/metrics', { ...stranger, authorization: `Bearer ${TOKEN}` })).toMatchObject({ status: 200 })
})

it('jobs are counted by queue and state, and what GitHub is still to be told', async () => {
  await reportDeployment(parts.queues, 'd0')
  await reportDeployment(parts.queues, 'd1', 60_000)
  const { value } = await read()
  expect(value('micropush_queue_jobs', { queue: 'report', state: 'waiting' })).toBe(1)
  expect(value('micropush_queue_jobs', { queue: 'report', state: 'delayed' })).toBe(1)
  expect(value('micropush_github_outbox_jobs')).toBe(2)
  expect(value('micropush_queue_jobs', { queue: 'work' })).toBe(0)
})

it('deployments are counted by outcome, and failed ones by why', async () => {
  const base = await newestBase(parts.store)
  await createDeployment(parts.store, base)
  expect((await read()).value('micropush_deployments_pending')).toBe(1)
  const error = { code: 'install-failed', message: 'No such package.' } as const
  await transitionDeployment(parts.store, { id: base.id, from: ['queued'], to: 'failed', outcome: { error } })
  const { value, families } = await read()
  expect(value('micropush_deployments_pending')).toBe(0)
  expect(value('micropush_deployments_total', { outcome: 'failed', code: 'install-failed' })).toBe(1)
  expect(families.get('micropush_deployments_total')?.samples.map(({ labels }) => labels['outcome'])).toContain('live')
})

it('requests are counted by what they were for, and never by path', async () => {
  await ask('/d/one')
  await ask('/d/two.txt')
  await ask('/', { method: 'DELETE' })
  await ask('/d/one/events')
  const { value } = await read()
  expect(value('micropush_bot_request_duration_seconds_count', { door: 'page', status: '4xx' })).toBe(3)
  expect(value('micropush_bot_request_duration_seconds_count', { door: 'stream', status: '4xx' })).toBe(1)
})

it('parts that do not work are told as 0', async () => {
  const { value, families } = await read()
  expect(families.get('micropush_part_up')?.samples.map(({ labels }) => labels['part'])).toEqual([
    'bot',
    'queue',
    'engine',
    'gateway',
  ])
  expect(value('micropush_part_up', { part: 'queue' })).toBe(1)
  expect(value('micropush_part_up', { part: 'engine' })).toBe(0)
})

it('a Redis that is away leaves a gap in what it would tell, and nothing else', async () => {
  await parts.redis.kill()
  const { value, families } = await read()
  expect(value('micropush_part_up', { part: 'bot' })).toBe(1)
  expect(value('micropush_part_up', { part: 'queue' })).toBe(0)
  expect(families.get('micropush_github_outbox_jobs')?.samples).toEqual([])
  expect(families.get('micropush_queue_jobs')?.samples).toEqual([])
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(0)
})

it('the client of GitHub tells of each request, answered or not', async () => {
  const told: unknown[] = []
  const { privateKey } = parts.settings
  const github = createGitHub({ appId: 7, privateKey, githubUrl: `http://127.0.0.1:${port}` }, ({ ms, ...rest }) => {
    expect(ms).toBeGreaterThanOrEqual(0)
    told.push(rest)
  })
  await expect(github.app.request('GET /app/installations')).rejects.toMatchObject({ status: 404 })
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
  await expect(github.app.request('GET /app/installations')).rejects.toThrow()
  const of = { method: 'GET', url: `http://127.0.0.1:${port}/app/installations` }
  expect(told).toEqual([
    { ...of, status: 404 },
    { ...of, status: undefined },
  ])
})
