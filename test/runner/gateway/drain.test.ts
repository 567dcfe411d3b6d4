import { Agent } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask } from './support/client.ts'
import { HOST, route, stage, stageWith } from './support/stage.ts'

describe('a deployment that is replaced', () => {
  it('finishes what it has while new requests go to the new one, and then says drained', async () => {
    let finish: () => void = () => undefined
    const arrived = Promise.withResolvers<void>()
    const made = await stageWith((_request, response) => {
      finish = () => response.end('old')
      arrived.resolve()
    })
    const next = await made.serve('d2', (_request, response) => response.end('new'))
    const running = ask(made)
    await arrived.promise
    made.engine.say({ type: 'awake', deploymentId: 'd2', sockets: [next.socket] })
    made.engine.say({ type: 'route', route: route({ deploymentId: 'd2' }) })
    made.engine.say({ type: 'drain', deploymentId: 'd1' })
    await made.engine.settled()
    expect((await ask(made)).body).toBe('new')
    expect(made.engine.all('drained')).toHaveLength(0)
    finish()
    expect((await running).body).toBe('old')
    await made.engine.hears('drained')
  })

  it('says drained at once when nothing runs', async () => {
    const made = await stageWith((_request, response) => response.end('ok'))
    made.engine.say({ type: 'unroute', host: HOST })
    made.engine.say({ type: 'drain', deploymentId: 'd1' })
    await made.engine.hears('drained')
    expect((await ask(made)).status).toBe(404)
  })

  it('breaks off what does not end within the grace', async () => {
    const made = await stageWith(() => undefined, {
      route: { timeoutMs: 100 },
      limits: { drainRequestsMs: 20, drainStreamsMs: 20 },
    })
    const hanging = ask(made)
    await made.engine.settled()
    made.engine.say({ type: 'drain', deploymentId: 'd1' })
    expect([502, 504]).toContain((await hanging).status)
    await made.engine.hears('drained')
  })

  it('sends those who wait for the old one to the new one', async () => {
    const made = await stage()
    const next = await made.serve('d2', (_request, response) => response.end('new'))
    const waiting = ask(made)
    await made.engine.hears('wake')
    made.engine.say({ type: 'awake', deploymentId: 'd2', sockets: [next.socket] })
    made.engine.say({ type: 'route', route: route({ deploymentId: 'd2' }) })
    made.engine.say({ type: 'drain', deploymentId: 'd1' })
    expect((await waiting).body).toBe('new')
  })

  it('loses nothing while deployments are swapped under load', async () => {
    const made = await stageWith((_request, response) => setImmediate(() => response.end('d1')))
    const agent = new Agent({ keepAlive: true, maxSockets: 20 })
    const swaps = { ended: false }
    const load = Array.from({ length: 20 }, async () => {
      const statuses: number[] = []
      for (let turn = 0; !swaps.ended; turn += 1) {
        const answer =
          turn % 3 === 0 ? await ask(made, { method: 'POST', body: 'x', agent }) : await ask(made, { agent })
        statuses.push(answer.status)
      }
      return statuses
    })
    for (let turn = 2; turn <= 12; turn += 1) {
      const id = `d${turn}`
      const { socket } = await made.serve(id, (_request, response) => setImmediate(() => response.end(id)))
      made.engine.say({ type: 'awake', deploymentId: id, sockets: [socket] })
      made.engine.say({ type: 'route', route: route({ deploymentId: id }) })
      made.engine.say({ type: 'drain', deploymentId: `d${turn - 1}` })
      await made.engine.hears('drained', turn - 1)
    }
    swaps.ended = true
    const statuses = (await Promise.all(load)).flat()
    agent.destroy()
    expect(statuses.length).toBeGreaterThan(100)
    expect(statuses.every((status) => status === 200)).toBe(true)
  })

  it('breaks running requests off with 502 when its sandbox is gone', async () => {
    const arrived = Promise.withResolvers<void>()
    const made = await stageWith(() => arrived.resolve())
    const running = ask(made)
    await arrived.promise
    made.engine.say({ type: 'gone', deploymentId: 'd1', socket: join(made.folder, 'd1.sock'), reason: 'out of memory' })
    const answer = await running
    expect(answer.status).toBe(502)
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(made.engine.all('suspect')).toEqual([])
    const next = ask(made)
    await made.engine.hears('wake')
    made.engine.say({ type: 'unavailable', deploymentId: 'd1', message: 'x', retryAfterSeconds: 1 })
    await next
  })
})
