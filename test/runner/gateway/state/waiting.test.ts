import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ask, errorOf, RawClient } from '../support/client.ts'
import { HOST, route, stage } from '../support/stage.ts'

describe('an engine that stays away', () => {
  it('is waited for by requests that need a wake, as long as its restart takes', async () => {
    const made = await stage({ limits: { awayMs: 10_000 } })
    const { socket } = await made.serve('d1', (_request, response) => response.end('ok'))
    await made.engine.stop()
    const waiting = ask(made)
    made.engine.onMessage = (message) => {
      if (message.type === 'wake') made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    }
    await made.engine.start()
    expect((await waiting).status).toBe(200)
  })

  it('is not waited for after that: 503 with Retry-After at once, while what is awake goes on', async () => {
    const made = await stage({
      routes: [route(), route({ host: 'asleep.localhost', deploymentId: 'd2' })],
      limits: { awayMs: 30 },
    })
    const { socket } = await made.serve('d1', (_request, response) => response.end('ok'))
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    await made.engine.settled()
    await made.engine.stop()
    const waited = await ask(made, { host: 'asleep.localhost' })
    expect([waited.status, errorOf(waited), waited.headers['retry-after']]).toEqual([503, 'no-engine', '5'])
    expect(errorOf(await ask(made, { host: 'asleep.localhost' }))).toBe('no-engine')
    expect((await ask(made)).status).toBe(200)
    await made.engine.start()
    await made.engine.hears('holds', 2)
    const woken = ask(made, { host: 'asleep.localhost' })
    await made.engine.hears('wake')
    made.engine.say({ type: 'awake', deploymentId: 'd2', sockets: [socket] })
    expect((await woken).status).toBe(200)
  })
})

describe('those who wait', () => {
  it('are bounded by what their heads take of the memory', async () => {
    const made = await stage({ limits: { waitingBytes: 10_000 } })
    const headers = { 'x-long': 'x'.repeat(6000) }
    const first = ask(made, { headers })
    await made.engine.hears('wake')
    const second = await ask(made, { headers })
    expect([second.status, errorOf(second), second.headers['retry-after']]).toEqual([503, 'busy', '2'])
    made.engine.say({ type: 'unavailable', deploymentId: 'd1', message: 'No.', retryAfterSeconds: 1 })
    await first
  })

  it('have their bodies left unread but for what came with the head', async () => {
    const made = await stage()
    const { socket } = await made.serve('d1', (request, response) => {
      let bytes = 0
      request.on('data', (chunk: Buffer) => (bytes += chunk.length)).on('end', () => response.end(String(bytes)))
    })
    const read = Promise.withResolvers<() => number>()
    made.gateway.server.once('connection', (one: { bytesRead: number }) => read.resolve(() => one.bytesRead))
    const size = 5 * 1024 * 1024
    const client = connect({ host: '127.0.0.1', port: made.port })
    await once(client, 'connect')
    client.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n`)
    client.write(Buffer.alloc(size))
    await made.engine.hears('wake')
    for (let turn = 0; turn < 20; turn += 1) await made.engine.settled()
    expect((await read.promise)()).toBeLessThan(192 * 1024)
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    let text = ''
    client.on('data', (chunk: Buffer) => (text += String(chunk)))
    await once(client, 'close')
    expect(text).toContain(String(size))
  })

  it('give back what they took of it when they leave', async () => {
    const made = await stage({ limits: { waitingBytes: 300 } })
    const { socket } = await made.serve('d1', (_request, response) => response.end('ok'))
    const leaver = new RawClient(made)
    leaver.socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nX-Long: ${'x'.repeat(200)}\r\n\r\n`)
    await made.engine.hears('wake')
    leaver.socket.resetAndDestroy()
    let answer = ask(made, { headers: { 'x-long': 'x'.repeat(200) } })
    // The reset travels on its own; until it has arrived there is no room.
    while ((await Promise.race([answer, made.engine.settled()])) !== undefined) {
      answer = ask(made, { headers: { 'x-long': 'x'.repeat(200) } })
    }
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    expect((await answer).status).toBe(200)
  })
})
