import { once } from 'node:events'
import { request, createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, it } from 'vitest'
import { serveMetrics } from '../../../runner/metrics/serve-metrics.ts'

const TOKEN = 'a-token-of-this-test-alone'
const open: Server[] = []
const logged: string[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close().closeAllConnections()
  logged.length = 0
})

const note = (_: object, words: string) => void logged.push(words)
const log = { warn: note, error: note } as unknown as Parameters<typeof serveMetrics>[0]['log']

async function freePort(): Promise<{ port: number; holder: Server }> {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  return { port: (holder.address() as AddressInfo).port, holder }
}

async function serve(read = () => Promise.resolve({ type: 'text/plain', text: 'micropush_x 1\n' })) {
  const { port, holder } = await freePort()
  holder.close()
  await once(holder, 'close')
  const server = await serveMetrics({ settings: { metricsPort: port, metricsToken: TOKEN }, metrics: { read }, log })
  if (server === undefined) throw new Error(logged.join())
  open.push(server)
  return { port, address: (server.address() as AddressInfo).address }
}

async function ask(port: number, path: string, { method = 'GET', ...headers }: Record<string, string> = {}) {
  const call = request({ host: '127.0.0.1', port, path, method, headers, agent: false })
  call.end()
  const [answer] = (await once(call, 'response')) as [IncomingMessage]
  return { status: answer.statusCode, type: answer.headers['content-type'], body: await text(answer) }
}

it('a program on this machine gets the metrics, at loopback alone', async () => {
  const { port, address } = await serve()
  expect(address).toBe('127.0.0.1')
  expect(await ask(port, '/metrics')).toEqual({ status: 200, type: 'text/plain', body: 'micropush_x 1\n' })
  expect(await ask(port, '/metrics?x=1')).toMatchObject({ status: 200 })
  expect(await ask(port, '/metrics', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
})

it('everybody else gets what there is at a wrong address: nothing', async () => {
  const { port } = await serve()
  const nothing = { status: 404, body: '' }
  expect(await ask(port, '/')).toMatchObject(nothing)
  expect(await ask(port, '/metrics', { 'x-forwarded-for': '192.0.2.1' })).toMatchObject(nothing)
  expect(await ask(port, '/metrics', { host: 'micros.example.com' })).toMatchObject(nothing)
  expect(await ask(port, '/metrics', { authorization: 'Bearer wrong' })).toMatchObject(nothing)
  expect(await ask(port, '/metrics', { method: 'POST' })).toMatchObject(nothing)
})

it('whoever has the token gets them through a proxy too', async () => {
  const { port } = await serve()
  const headers = { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '192.0.2.1' }
  expect(await ask(port, '/metrics', headers)).toMatchObject({ status: 200 })
})

it('metrics that cannot be read end neither the server nor the engine', async () => {
  const { port } = await serve(() => Promise.reject(new Error('out of order')))
  expect(await ask(port, '/metrics')).toMatchObject({ status: 500 })
  expect(await ask(port, '/metrics')).toMatchObject({ status: 500 })
  expect(logged).toContain('the metrics could not be read')
})

it('a port that is taken is said, and the engine goes on', async () => {
  const { port, holder } = await freePort()
  open.push(holder)
  const settings = { metricsPort: port, metricsToken: undefined }
  const metrics = { read: () => Promise.resolve({ type: '', text: '' }) }
  expect(await serveMetrics({ settings, metrics, log })).toBeUndefined()
  expect(logged.join()).toContain('MICROPUSH_METRICS_PORT')
})

it('port 0 switches it off', async () => {
  const settings = { metricsPort: 0, metricsToken: undefined }
  const metrics = { read: () => Promise.resolve({ type: '', text: '' }) }
  expect(await serveMetrics({ settings, metrics, log })).toBeUndefined()
  expect(logged).toEqual([])
})
