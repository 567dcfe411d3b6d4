import { describe, expect, it } from 'vitest'
import { ask, errorOf } from '../support/client.ts'
import { route, stage, stageWith, type Stage } from '../support/stage.ts'

/** A sandbox that is there and frozen, as far as the gateway knows: no lease was given. */
async function sleeper(made: Stage, listener: Parameters<Stage['serve']>[1], name = 'd1') {
  const one = await made.serve(name, listener)
  made.engine.say({ type: 'sandboxes', deploymentId: 'd1', sockets: [one.socket] })
  await made.engine.settled()
  return one
}

describe('a lease', () => {
  it('is asked for once, and given back after the idle time of the route', async () => {
    const made = await stage({ routes: [route({ idleMs: 40 })] })
    const { socket } = await sleeper(made, (_request, response) => response.end('ok'))
    made.engine.onMessage = (message) => {
      if (message.type === 'wake')
        made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket], by: 'frozen' })
    }
    expect((await ask(made)).status).toBe(200)
    await made.engine.hears('idle')
    expect((await ask(made)).status).toBe(200)
    await made.engine.hears('idle', 2)
    expect(made.engine.all('wake')).toHaveLength(2)
    expect(made.engine.all('idle')).toEqual(Array.from({ length: 2 }, () => ({ type: 'idle', deploymentId: 'd1' })))
  })

  it('is kept for ever when the route says never', async () => {
    const made = await stageWith((_request, response) => response.end('ok'), { idleMs: 0 })
    expect((await ask(made)).status).toBe(200)
    const { promise: later, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, 100)
    await later
    expect(made.engine.all('idle')).toEqual([])
  })

  it('is nobody’s for a sandbox that was only announced', async () => {
    const made = await stage({ routes: [route({ idleMs: 10 })] })
    await sleeper(made, (_request, response) => response.end('ok'))
    await made.engine.settled()
    const waiting = ask(made, { method: 'POST', body: 'x' })
    await made.engine.hears('wake')
    expect(made.engine.all('idle')).toEqual([])
    made.engine.say({ type: 'unavailable', deploymentId: 'd1', message: 'No.', retryAfterSeconds: 1 })
    expect((await waiting).status).toBe(503)
  })

  it('is told of again when the engine was away, and no other is', async () => {
    const made = await stage({
      routes: [route(), route({ host: 'other.localhost', deploymentId: 'd2' })],
    })
    const { socket } = await made.serve('d1', (_request, response) => response.end('ok'))
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    made.engine.say({ type: 'sandboxes', deploymentId: 'd2', sockets: ['/frozen'] })
    await made.engine.settled()
    expect(made.engine.all('holds')).toEqual([{ type: 'holds', deploymentIds: [] }])
    await made.engine.stop()
    made.engine.snapshot = {
      ...made.engine.snapshot,
      sandboxes: [
        { deploymentId: 'd1', sockets: [socket] },
        { deploymentId: 'd2', sockets: ['/frozen'] },
      ],
    }
    await made.engine.start()
    await made.engine.hears('holds', 2)
    expect(made.engine.all('holds')[1]).toEqual({ type: 'holds', deploymentIds: ['d1'] })
    expect((await ask(made)).status).toBe(200)
    expect(made.engine.all('wake')).toEqual([])
  })

  it('is given back when its last sandbox ends, so that another one may sleep', async () => {
    const made = await stageWith((_request, response) => response.end('ok'))
    made.engine.say({ type: 'gone', deploymentId: 'd1', socket: `${made.folder}/d1.sock`, reason: 'It ended.' })
    await made.engine.hears('idle')
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: ['/one', '/two'] })
    made.engine.say({ type: 'gone', deploymentId: 'd1', socket: '/one', reason: 'It ended.' })
    await made.engine.settled()
    expect(made.engine.all('idle')).toHaveLength(1)
  })

  it('is told of in lines of bounded length, however many there are', async () => {
    const ids = Array.from({ length: 1200 }, (_, at) => `d${at}`)
    const made = await stage({ routes: [] })
    for (const deploymentId of ids) made.engine.say({ type: 'awake', deploymentId, sockets: [`/${deploymentId}`] })
    await made.engine.settled()
    await made.engine.stop()
    const sandboxes = ids.map((deploymentId) => ({ deploymentId, sockets: [`/${deploymentId}`] }))
    made.engine.snapshot = { ...made.engine.snapshot, sandboxes }
    await made.engine.start()
    await made.engine.hears('holds', 4)
    expect(made.engine.all('holds').map(({ deploymentIds }) => deploymentIds.length)).toEqual([0, 500, 500, 200])
  })

  it('is gone with the sandbox when the engine comes back without it', async () => {
    const made = await stageWith((_request, response) => response.end('ok'))
    await made.engine.stop()
    await made.engine.start()
    await made.engine.hears('holds', 2)
    expect(made.engine.all('holds')[1]).toEqual({ type: 'holds', deploymentIds: [] })
    const waiting = ask(made)
    await made.engine.hears('wake')
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [`${made.folder}/d1.sock`] })
    expect((await waiting).status).toBe(200)
  })
})

describe('the first request to a sandbox that sleeps', () => {
  it('is in its socket before the engine has answered, and the others wait', async () => {
    const seen: string[] = []
    const made = await stage()
    const { socket } = await sleeper(made, (request, response) => {
      seen.push(request.url ?? '')
      response.end('ok')
    })
    expect((await ask(made, { path: '/first' })).status).toBe(200)
    const second = ask(made, { path: '/second' })
    await made.engine.settled()
    expect(made.engine.all('wake')).toHaveLength(1)
    expect(seen).toEqual(['/first'])
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    expect((await second).status).toBe(200)
  })

  it.each([{ method: 'POST', body: 'x' }, { method: 'POST' }, { method: 'DELETE' }, { method: 'GET', body: 'x' }])(
    'waits for the wake when it may not be sent twice: %o',
    async (of) => {
      const made = await stage()
      const seen: string[] = []
      await sleeper(made, (request, response) => {
        seen.push(request.method ?? '')
        response.end('early')
      })
      const next = await made.serve('next', (_request, response) => response.end('awake'))
      const waiting = ask(made, { headers: { 'content-length': String(of.body?.length ?? 0) }, ...of })
      await made.engine.hears('wake')
      made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [next.socket] })
      expect((await waiting).body).toBe('awake')
      expect(seen).toEqual([])
    },
  )

  it('is sent again to the sandbox that was started in its place', async () => {
    const made = await stage()
    const old = await made.serveRaw('old', (client) => client.once('data', () => client.destroy()))
    made.engine.say({ type: 'sandboxes', deploymentId: 'd1', sockets: [old.socket] })
    await made.engine.settled()
    const next = await made.serve('new', (_request, response) => response.end('new'))
    const waiting = ask(made)
    await made.engine.hears('wake')
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [next.socket], by: 'plain' })
    expect((await waiting).body).toBe('new')
    expect(made.engine.all('suspect')).toEqual([])
  })

  it('is sent again when its sandbox is gone before it woke', async () => {
    const made = await stage()
    const arrived = Promise.withResolvers<void>()
    const old = await sleeper(made, () => arrived.resolve())
    const waiting = ask(made)
    await arrived.promise
    made.engine.say({ type: 'gone', deploymentId: 'd1', socket: old.socket, reason: 'It ended.' })
    const next = await made.serve('new', (_request, response) => response.end('new'))
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [next.socket] })
    expect((await waiting).body).toBe('new')
  })

  it('is not sent again when its sandbox woke, had it, and is gone then', async () => {
    const made = await stage()
    const seen: string[] = []
    const arrived = Promise.withResolvers<void>()
    const old = await sleeper(made, (request) => {
      seen.push(request.url ?? '')
      arrived.resolve()
    })
    const waiting = ask(made)
    await arrived.promise
    await made.engine.hears('wake')
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [old.socket], by: 'frozen' })
    made.engine.say({ type: 'gone', deploymentId: 'd1', socket: old.socket, reason: 'It ended.' })
    expect((await waiting).status).toBe(502)
    expect(seen).toHaveLength(1)
    expect(made.engine.all('wake')).toHaveLength(1)
  })

  it('is told that its micro cannot be had', async () => {
    const made = await stage()
    const arrived = Promise.withResolvers<void>()
    await sleeper(made, () => arrived.resolve())
    const waiting = ask(made)
    await arrived.promise
    made.engine.say({ type: 'unavailable', deploymentId: 'd1', message: 'It is broken.', retryAfterSeconds: 3 })
    const answer = await waiting
    expect([answer.status, errorOf(answer)]).toEqual([503, 'unavailable'])
  })

  it('has the micro’s time from when that is awake, and no earlier', async () => {
    const made = await stage({ routes: [route({ timeoutMs: 60 })] })
    const arrived = Promise.withResolvers<void>()
    const { socket } = await sleeper(made, () => arrived.resolve())
    const waiting = ask(made)
    await arrived.promise
    await expect(Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 150))])).resolves.toBeUndefined()
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    expect((await waiting).status).toBe(504)
  })

  it('keeps its sandbox from being drained', async () => {
    const made = await stage()
    let finish: () => void = () => undefined
    const arrived = Promise.withResolvers<void>()
    const { socket } = await sleeper(made, (_request, response) => {
      finish = () => response.end('ok')
      arrived.resolve()
    })
    const waiting = ask(made)
    await arrived.promise
    made.engine.say({ type: 'sandboxes', deploymentId: 'd1', sockets: [] })
    made.engine.say({ type: 'drain', deploymentId: 'd1', socket })
    await made.engine.settled()
    expect(made.engine.all('drained')).toEqual([])
    // The wake has arrived, and it stays after all.
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    finish()
    expect((await waiting).body).toBe('ok')
    await made.engine.settled()
    expect(made.engine.all('drained')).toEqual([])
  })
})

describe('several sandboxes', () => {
  it('get the next request where the fewest are in hand', async () => {
    const made = await stage({ routes: [route({ scale: { max: 2, concurrency: 1 } })] })
    const held: string[] = []
    const names = ['one', 'two'] as const
    const finish: (() => void)[] = []
    const sockets: string[] = []
    for (const name of names) {
      const listener: Parameters<Stage['serve']>[1] = (_request, response) => {
        held.push(name)
        finish.push(() => response.end(name))
      }
      sockets.push((await made.serve(name, listener)).socket)
    }
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets })
    await made.engine.settled()
    const running = []
    for (let count = 1; count <= 4; count += 1) {
      running.push(ask(made))
      await expect.poll(() => held.length).toBe(count)
    }
    expect(held).toEqual(['one', 'two', 'one', 'two'])
    for (const end of finish) end()
    await Promise.all(running)
  })

  it('lose one without harm to what runs in the others, and the lease stays', async () => {
    const made = await stage()
    const arrived = Promise.withResolvers<void>()
    let finish: () => void = () => undefined
    const one = await made.serve('one', (_request, response) => {
      finish = () => response.end('one')
      arrived.resolve()
    })
    const two = await made.serve('two', (_request, response) => response.end('two'))
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [one.socket, two.socket] })
    await made.engine.settled()
    const running = ask(made)
    await arrived.promise
    expect((await ask(made)).body).toBe('two')
    made.engine.say({ type: 'gone', deploymentId: 'd1', socket: two.socket, reason: 'It ended.' })
    await made.engine.settled()
    finish()
    expect((await running).body).toBe('one')
    expect(made.engine.all('wake')).toEqual([])
  })

  it('tell the engine how many requests are in hand, with the last value always', async () => {
    const made = await stage({ routes: [route({ scale: { max: 2, concurrency: 5 } })] })
    const finish: (() => void)[] = []
    const { socket } = await made.serve('d1', (_request, response) => finish.push(() => response.end('ok')))
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    await made.engine.settled()
    const startedMs = performance.now()
    const running = Array.from({ length: 40 }, () => ask(made))
    await expect.poll(() => made.engine.all('load').at(-1)?.requests).toBe(40)
    for (const end of finish) end()
    await Promise.all(running)
    await expect.poll(() => made.engine.all('load').at(-1)?.requests).toBe(0)
    const most = 2 + (performance.now() - startedMs) / 50
    expect(made.engine.all('load').length).toBeLessThanOrEqual(most)
  })

  it('are not counted for a micro that may have but one', async () => {
    const made = await stageWith((_request, response) => response.end('ok'))
    await ask(made)
    await made.engine.settled()
    expect(made.engine.all('load')).toEqual([])
  })
})
