import { expect, it } from 'vitest'
import { durationBoundsSeconds } from '../../../../runner/gateway/protocol.ts'
import { createCounts } from '../../../../runner/gateway/state/counts.ts'
import { ask, RawClient } from '../support/client.ts'
import { HOST, stage, stageWith } from '../support/stage.ts'

const still = { waiting: 0, connections: 0 }

it('counts requests by status and time, each in the bucket that it belongs to', () => {
  const counts = createCounts()
  for (const [status, seconds] of [
    [101, 0.001],
    [200, 0.0011],
    [204, 99],
    [302, 0],
    [499, 0.3],
    [503, 0.3],
  ] as const)
    counts.request(status, seconds)
  const told = counts.take(still)
  expect(told?.requests.map(({ status, count }) => [status, count])).toEqual([
    ['1xx', 1],
    ['2xx', 2],
    ['3xx', 1],
    ['4xx', 1],
    ['5xx', 1],
  ])
  const [switched, fine] = told?.requests ?? []
  expect(switched?.buckets[0]).toBe(1)
  expect(fine?.seconds).toBeCloseTo(99.0011)
  expect([fine?.buckets[1], fine?.buckets[durationBoundsSeconds.length]]).toEqual([1, 1])
})

it('has nothing to tell when all is as it was, and tells of a gauge that changed', () => {
  const counts = createCounts()
  expect(counts.take(still)).toBeUndefined()
  expect(counts.take({ waiting: 0, connections: 3 })).toMatchObject({ requests: [], connections: 3 })
  expect(counts.take({ waiting: 0, connections: 3 })).toBeUndefined()
  counts.renew()
  expect(counts.take({ waiting: 0, connections: 3 })).toBeDefined()
})

it('loses nothing that could not be told', () => {
  const counts = createCounts()
  counts.request(200, 1)
  counts.wait(2)
  counts.refuse()
  const told = counts.take(still)
  if (told === undefined) throw new Error('there is something to tell')
  counts.request(200, 1)
  counts.putBack(told)
  expect(counts.take(still)).toMatchObject({
    requests: [{ status: '2xx', count: 2, seconds: 2 }],
    waits: { count: 1, seconds: 2 },
    refused: 1,
  })
})

it('tells the engine at the latest when it ends: what was answered, waited, turned away, and switched protocols', async () => {
  const made = await stage({ limits: { waitersPerMicro: 1 } })
  const { socket, server } = await made.serve('d1', (_request, response) => response.end('ok'))
  server.on('upgrade', (_request, duplex) => {
    duplex.on('error', () => undefined)
    duplex.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  })
  const first = ask(made)
  await made.engine.hears('wake')
  expect((await ask(made)).status).toBe(503)
  made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
  expect((await first).status).toBe(200)
  expect((await ask(made, { host: 'nobody.localhost' })).status).toBe(404)
  const client = new RawClient(made)
  client.socket.write(
    `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n`,
  )
  await client.sees('101 Switching')
  await expect.poll(() => client.socket.destroyed).toBe(true)
  await made.gateway.close()
  await made.engine.hears('counts')
  const [told] = made.engine.all('counts')
  expect(told).toMatchObject({ waits: { count: 1 }, refused: 1, waiting: 0 })
  const requests = Object.fromEntries((told?.requests ?? []).map(({ status, count }) => [status, count]))
  expect(requests).toEqual({ '1xx': 1, '2xx': 1, '4xx': 1, '5xx': 1 })
})

it('counts a stream to the beginning of its answer, however long it lasts', async () => {
  let finish: () => void = () => undefined
  const made = await stageWith((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write('data: 1\n\n')
    finish = () => response.end()
  })
  const client = new RawClient(made)
  client.socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`)
  await client.sees('data: 1')
  const begunMs = performance.now()
  await new Promise((resolve) => setTimeout(resolve, 300))
  finish()
  await expect.poll(() => client.socket.destroyed).toBe(true)
  const lastedSeconds = (performance.now() - begunMs) / 1000
  await made.gateway.close()
  await made.engine.hears('counts')
  const [stream] = made.engine.all('counts')[0]?.requests ?? []
  expect(stream).toMatchObject({ status: '2xx', count: 1 })
  expect(stream?.seconds).toBeLessThan(lastedSeconds)
})
