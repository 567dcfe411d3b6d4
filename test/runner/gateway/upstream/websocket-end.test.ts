import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { GatewayLimits } from '../../../../runner/gateway/limits.ts'
import { RawClient } from '../support/client.ts'
import { route, stage, type Stage } from '../support/stage.ts'
import { acceptWebSockets, frame, type AppSocket } from '../support/websocket-app.ts'

/** Node's own client dials the name in its address, so the micro has that one. */
const HOST = '127.0.0.1'

interface Chat {
  readonly made: Stage
  readonly client: WebSocket
  readonly app: AppSocket
}

/** A real client's WebSocket to a micro. */
async function chat(limits: Partial<GatewayLimits> = {}): Promise<Chat> {
  const made = await stage({
    routes: [route({ host: HOST, timeoutMs: 50 })],
    limits: { drainRequestsMs: 20, drainStreamsMs: 40, ...limits },
  })
  const { socket, server } = await made.serve('d1', (_request, response) => response.end())
  const accepted = Promise.withResolvers<AppSocket>()
  acceptWebSockets(server, accepted.resolve)
  made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
  await made.engine.settled()
  const client = new WebSocket(`ws://${HOST}:${made.port}/chat`)
  onTestFinished(() => client.close())
  const [app] = await Promise.all([accepted.promise, once(client, 'open')])
  onTestFinished(() => void app.socket.destroy())
  return { made, client, app }
}

async function closeOf(client: WebSocket): Promise<{ readonly code: number; readonly wasClean: boolean }> {
  const [event] = (await once(client, 'close')) as [CloseEvent]
  return { code: event.code, wasClean: event.wasClean }
}

async function nextMessage(client: WebSocket): Promise<unknown> {
  const [event] = (await once(client, 'message')) as [MessageEvent]
  return event.data
}

describe('a WebSocket of a real client', () => {
  it('carries messages of all sizes both ways', async () => {
    const { client, app } = await chat()
    for (const size of [0, 125, 126, 65_535, 65_536, 1_000_000]) {
      const text = 'x'.repeat(size)
      client.send(text)
      while (app.messages.at(-1) !== text) await once(app.socket, 'message')
      const answered = nextMessage(client)
      app.send(text)
      expect(await answered).toBe(text)
    }
  })

  it.each([1000, 1011, 4321])('closes with the code that the micro gives: %i', async (code) => {
    const { client, app } = await chat()
    const closed = closeOf(client)
    app.close(code)
    expect(await closed).toEqual({ code, wasClean: true })
  })

  it('closes at the micro with the code that the client gives', async () => {
    const { client, app } = await chat()
    client.close(4001)
    while (app.closedWith === undefined) await once(app.socket, 'message')
    expect(app.closedWith).toBe(4001)
  })
})

describe('the end of a WebSocket that nobody asked for', () => {
  const ends: readonly (readonly [string, Partial<GatewayLimits>, (made: Stage) => unknown])[] = [
    ['its deployment is replaced', {}, ({ engine }) => engine.say({ type: 'drain', deploymentId: 'd1' })],
    ['nothing passed for long', { streamIdleMs: 60 }, () => undefined],
    ['it has lasted for its time', { streamMs: 60 }, () => undefined],
    ['the gateway stops', {}, ({ gateway }) => gateway.close()],
  ]

  it.each(ends)('is a close frame with 1001 to both sides: %s', async (_why, limits, act) => {
    const { made, client, app } = await chat(limits)
    const closed = closeOf(client)
    act(made)
    expect(await closed).toEqual({ code: 1001, wasClean: true })
    while (app.closedWith === undefined) await once(app.socket, 'message')
    expect(app.closedWith).toBe(1001)
  })

  it('comes late when messages keep it alive', async () => {
    const { client, app } = await chat({ streamIdleMs: 300 })
    const closed = closeOf(client)
    for (let turn = 0; turn < 6; turn += 1) {
      const answered = nextMessage(client)
      setTimeout(() => app.send('still here'), 100)
      expect(await answered).toBe('still here')
    }
    expect(await closed).toEqual({ code: 1001, wasClean: true })
  })

  it('waits for the end of a message that is on its way', async () => {
    const { made, client, app } = await chat()
    app.answersClose = false
    const whole = frame(1, Buffer.from('x'.repeat(70_000)))
    app.socket.write(whole.subarray(0, 30_000))
    await made.engine.settled()
    const answered = nextMessage(client)
    const closed = closeOf(client)
    made.engine.say({ type: 'drain', deploymentId: 'd1' })
    // The other direction ends between two frames at once.
    while (app.closedWith === undefined) await once(app.socket, 'message')
    app.socket.write(Buffer.concat([whole.subarray(30_000), frame(1, Buffer.from('too late'))]))
    expect(String(await answered)).toHaveLength(70_000)
    expect(await closed).toEqual({ code: 1001, wasClean: true })
  })

  it('does not wait for ever, neither for a message nor for an answer', async () => {
    const { made, client, app } = await chat({ goodbyeMs: 80 })
    app.answersClose = false
    app.socket.write(frame(1, Buffer.from('x'.repeat(70_000))).subarray(0, 30_000))
    await made.engine.settled()
    const closed = closeOf(client)
    made.engine.say({ type: 'drain', deploymentId: 'd1' })
    expect((await closed).code).toBe(1006)
    await made.engine.hears('drained')
  })

  it('is no second close frame behind one that has passed', async () => {
    const { made, app } = await chat({ goodbyeMs: 200 })
    const lazy = new RawClient(made)
    lazy.socket.write(
      `GET /lazy HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    )
    await lazy.sees('101 Switching')
    expect(app.path).toBe('/chat')
    made.engine.say({ type: 'drain', deploymentId: 'd1' })
    await once(lazy.socket, 'close')
    expect(lazy.text.split('\x88\x02\x03\xe9')).toHaveLength(2)
    expect(lazy.text.endsWith('\x88\x02\x03\xe9')).toBe(true)
  })
})
