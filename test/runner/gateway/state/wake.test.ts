import { describe, expect, it } from 'vitest'
import { ask, errorOf, RawClient } from '../support/client.ts'
import { HOST, route, stage, stageWith } from '../support/stage.ts'

describe('waking', () => {
  // A thousand need seconds on a machine that has other things to do, and those are no micro's: so its time is long here.
  it('asks the engine once for a thousand requests to one sleeping micro, and answers them all', async () => {
    const made = await stage({ routes: [route({ timeoutMs: 60_000 })] })
    const { socket } = await made.serve('d1', (_request, response) => response.end('ok'))
    const asks = Array.from({ length: 1000 }, () => ask(made))
    await made.engine.hears('wake')
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    const statuses = (await Promise.all(asks)).map((answer) => answer.status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1000)
    expect(made.engine.all('wake')).toHaveLength(1)
  })

  it('holds all thousand while they wait', async () => {
    const made = await stage({ routes: [route({ timeoutMs: 60_000 })] })
    const { socket } = await made.serve('d1', (_request, response) => response.end('ok'))
    const clients = Array.from({ length: 1000 }, () => new RawClient(made))
    for (const client of clients) client.socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    // Answers of the health check and a pong: the gateway has had turns to read what came before.
    await ask(made, { host: 'localhost', path: '/healthz' })
    await made.engine.settled()
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    await Promise.all(clients.map((client) => client.sees('200 OK')))
    expect(made.engine.all('wake')).toHaveLength(1)
  })

  it('passes on why a micro cannot be had, and does not ask again before its time', async () => {
    const made = await stage()
    made.engine.onMessage = (message) => {
      if (message.type !== 'wake') return
      made.engine.say({ type: 'unavailable', deploymentId: 'd1', message: 'It is broken.', retryAfterSeconds: 7 })
    }
    const first = await ask(made)
    expect(first.status).toBe(503)
    expect(first.headers['retry-after']).toBe('7')
    expect(JSON.parse(first.body)).toMatchObject({ error: 'unavailable', message: 'It is broken.' })
    expect((await ask(made)).status).toBe(503)
    expect(made.engine.all('wake')).toHaveLength(1)
  })

  it('forgets that a micro could not be had as soon as it is awake', async () => {
    const made = await stage()
    const { socket } = await made.serve('d1', (_request, response) => response.end('ok'))
    made.engine.say({ type: 'unavailable', deploymentId: 'd1', message: 'No.', retryAfterSeconds: 60 })
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    await made.engine.settled()
    expect((await ask(made)).status).toBe(200)
  })

  it('answers 503 with Retry-After when the wake takes too long, and asks anew for the next request', async () => {
    const made = await stage({ limits: { wakeMs: 30 } })
    const answer = await ask(made)
    expect(answer.status).toBe(503)
    expect(answer.headers['retry-after']).toBe('5')
    expect(errorOf(answer)).toBe('wake-late')
    await ask(made)
    expect(made.engine.all('wake')).toHaveLength(2)
  })

  it('bounds how many wait', async () => {
    const made = await stage({ limits: { waitersPerMicro: 2 } })
    const { socket } = await made.serve('d1', (_request, response) => response.end('ok'))
    const waiting = [ask(made), ask(made)]
    await made.engine.hears('wake')
    await made.engine.settled()
    const third = await ask(made)
    expect([third.status, third.headers['retry-after'], errorOf(third)]).toEqual([503, '2', 'busy'])
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    expect((await Promise.all(waiting)).map((answer) => answer.status)).toEqual([200, 200])
  })

  it('bounds how many wait for all micros together', async () => {
    const other = 'other--ada.localhost'
    const routes = [route(), route({ host: other, deploymentId: 'd2' })]
    const made = await stage({ limits: { waiters: 2 }, routes })
    const { socket } = await made.serve('d1', (_request, response) => response.end('ok'))
    const waiting = [ask(made), ask(made)]
    await made.engine.hears('wake')
    await made.engine.settled()
    const third = await ask(made, { host: other })
    expect([third.status, third.headers['retry-after'], errorOf(third)]).toEqual([503, '2', 'busy'])
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    expect((await Promise.all(waiting)).map((answer) => answer.status)).toEqual([200, 200])
  })

  it('does not count whoever left while waiting', async () => {
    const made = await stage({ limits: { waitersPerMicro: 1 } })
    const { socket } = await made.serve('d1', (_request, response) => response.end('ok'))
    const leaver = new RawClient(made)
    leaver.socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    await made.engine.hears('wake')
    leaver.socket.resetAndDestroy()
    made.engine.onMessage = () => undefined
    let answer = ask(made)
    // The reset travels on its own; until it has arrived the place is taken.
    for (;;) {
      const outcome = await Promise.race([answer, made.engine.settled().then(() => undefined)])
      if (outcome === undefined) break
      answer = ask(made)
    }
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    expect((await answer).status).toBe(200)
  })

  it('asks for a wake and tries again when the socket is not there', async () => {
    const made = await stage()
    const { socket } = await made.serve('real', (request, response) => request.pipe(response))
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [`${made.folder}/none.sock`] })
    await made.engine.settled()
    made.engine.onMessage = (message) => {
      if (message.type === 'wake') made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    }
    const answer = await ask(made, { method: 'POST', body: 'kept' })
    expect(answer).toMatchObject({ status: 200, body: 'kept' })
    expect(made.engine.all('suspect')).toMatchObject([{ reason: 'broken' }])
  })

  it('gives up with 502 when the socket stays away', async () => {
    const made = await stage()
    made.engine.onMessage = (message) => {
      if (message.type === 'wake')
        made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [`${made.folder}/none`] })
    }
    const answer = await ask(made)
    expect(answer.status).toBe(502)
    expect(errorOf(answer)).toBe('unreachable')
    expect(made.engine.all('wake')).toHaveLength(2)
  })
})

describe('falling asleep', () => {
  it('tells the engine once nothing has come for the idle time, and asks for a wake before it dials again', async () => {
    const made = await stageWith((_request, response) => response.end('ok'), { idleMs: 40 })
    expect((await ask(made)).status).toBe(200)
    await made.engine.hears('idle')
    const again = ask(made)
    await made.engine.hears('wake')
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [`${made.folder}/d1.sock`] })
    expect((await again).status).toBe(200)
  })

  it('closes kept connections, which nobody else would close', async () => {
    const closed = Promise.withResolvers<void>()
    const made = await stage({ idleMs: 40, limits: { idleUpstreamMs: 60_000 } })
    const { socket, server } = await made.serve('d1', (request, response) => {
      request.socket.once('close', () => closed.resolve())
      response.end('ok')
    })
    server.keepAliveTimeout = 0
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    await made.engine.settled()
    await ask(made)
    await Promise.all([made.engine.hears('idle'), closed.promise])
  })

  it('stays awake for a stream however quiet it is', async () => {
    let finish: () => void = () => undefined
    const made = await stageWith(
      (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' })
        response.write('data: 1\n\n')
        finish = () => response.end()
      },
      { idleMs: 30 },
    )
    // On a busy machine the idle time may be over before the stream begins, and then it is woken again.
    made.engine.onMessage = (message) => {
      if (message.type !== 'wake') return
      made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [`${made.folder}/d1.sock`] })
    }
    const client = new RawClient(made)
    client.socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    await client.sees('data: 1')
    const before = made.engine.all('idle').length
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(made.engine.all('idle')).toHaveLength(before)
    finish()
    await made.engine.hears('idle', before + 1)
  })

  it('puts a micro to sleep that was started and never asked', async () => {
    const made = await stageWith((_request, response) => response.end('ok'), { idleMs: 20 })
    await made.engine.hears('idle')
  })
})
