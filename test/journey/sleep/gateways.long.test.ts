import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RawClient } from '../../runner/gateway/support/client.ts'
import { readMetric } from '../support/metrics.ts'
import { nodeMicro } from '../support/micros.ts'
import { startStack, type Stack } from '../support/stack.ts'

const SOON = { timeout: 20_000, interval: 50 }
/** Fifteen seconds at most until the engine counts it as gone and until it is killed, and what a busy machine adds. */
const NOTICED = { timeout: 60_000, interval: 50 }

let stack: Stack
let host: string
beforeAll(async () => {
  stack = await startStack({
    MICROPUSH_SANDBOX: 'runc',
    MICROPUSH_IDLE_SECONDS: '1',
    MICROPUSH_GATEWAYS: '2',
    MICROPUSH_CELLS: '0',
  })
  await using repository = await stack.repository('ada/stream')
  await repository.write(
    nodeMicro(`if (request.url !== '/stream') return response.end('here')
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: begun\\n\\n')`),
  )
  const sha = await repository.commit()
  await repository.push()
  expect(await stack.outcome('ada/stream', sha, 'micropush/stream')).toMatchObject({ state: 'success' })
  host = stack.host('stream--ada')
})
afterAll(() => stack[Symbol.asyncDispose]())

const hot = () => readMetric(stack, 'micropush_sandboxes', { state: 'hot' })

interface Serving {
  readonly message: string
  readonly worker: number
  readonly pid: number
}

/** The worker's process, as the gateway's log says. */
async function workerPid(worker: number): Promise<number> {
  const log = await readFile(join(stack.dataDir, 'logs', 'gateway.log'), 'utf8')
  const lines = log.split('\n').filter((line) => line.startsWith('{'))
  const serving = lines.map((line) => JSON.parse(line) as Serving).filter(({ message }) => message === 'serving')
  const pid = serving.findLast((one) => one.worker === worker)?.pid
  if (pid === undefined) throw new Error(`worker ${worker} does not serve: ${log}`)
  return pid
}

it('an answer says on request how its micro was woken and where its time went', async () => {
  await expect.poll(hot, SOON).toBe(0)
  const headers = { 'x-micropush-timing': '1' }
  const first = await stack.ask(host, { headers })
  expect(first.headers['server-timing']).toMatch(
    /^wake;desc=frozen;dur=\S+, queue;dur=\S+, app;dur=\S+, gateway;dur=\S+$/,
  )
  // The other process asks for a lease of its own, of a micro that is hot.
  const second = await stack.ask(host, { headers })
  expect(second.headers['server-timing']).toMatch(
    /^(?:wake;desc=hot;dur=\S+, )?queue;dur=0.00, app;dur=\S+, gateway;dur=\S+$/,
  )
})

/** Twenty, one after the other: of those that come at once one process takes nearly all. */
async function openStreams(): Promise<RawClient[]> {
  const streams: RawClient[] = []
  for (let count = 0; count < 20; count += 1) {
    const stream = new RawClient({ port: stack.gatewayPort })
    stream.socket.write(`GET /stream HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    await stream.sees('data: begun')
    streams.push(stream)
  }
  return streams
}

let over = false

/** Asks until it is over. A request that is lost is sent again, and answered; gives how many were. */
async function visit(): Promise<number> {
  let lost = 0
  while (!over) {
    const answer = await stack.ask(host).catch(() => undefined)
    if (answer === undefined) lost += 1
    expect((answer ?? (await stack.ask(host))).status).toBe(200)
    await delay(5)
  }
  return lost
}

it('a gateway process that is killed takes its own requests along and no others, and its lease with it', async () => {
  const streams = await openStreams()
  const visitors = Array.from({ length: 4 }, visit)
  process.kill(await workerPid(1), 'SIGKILL')
  await expect.poll(() => streams.filter(({ socket }) => socket.destroyed).length, SOON).toBeGreaterThan(0)
  await stack.healthy()
  over = true
  // Each had at most one request in the killed one's hands, and was answered when it asked again.
  for (const lost of await Promise.all(visitors)) expect(lost).toBeLessThanOrEqual(1)
  const whole = streams.filter(({ socket }) => !socket.destroyed)
  expect(whole.length).toBeGreaterThan(0)
  expect(await hot()).toBe(1)
  for (const { socket } of whole) socket.destroy()
  await expect.poll(hot, SOON).toBe(0)
  expect((await stack.ask(host)).body).toBe('here')
})

it('a gateway process that hangs loses its lease and is killed, and another one serves in its place', async () => {
  await expect.poll(hot, SOON).toBe(0)
  const streams = await openStreams()
  const sockets = async (worker: number) => (await readdir(`/proc/${await workerPid(worker)}/fd`)).length
  // The one that has more of them has some, and a lease by that.
  const worker = (await sockets(1)) > (await sockets(2)) ? 1 : 2
  const pid = await workerPid(worker)
  process.kill(pid, 'SIGSTOP')
  // Nobody is told of the end of its clients' connections now; those of the others are over at once.
  for (const { socket } of streams) socket.destroy()
  await expect.poll(hot, NOTICED).toBe(0)
  await expect.poll(() => workerPid(worker), NOTICED).not.toBe(pid)
  await stack.healthy()
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  for (let times = 0; times < 10; times += 1) expect((await stack.ask(host)).body).toBe('here')
})
