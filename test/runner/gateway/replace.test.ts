import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask } from './support/client.ts'
import { stageWith } from './support/stage.ts'

describe('a sandbox that is replaced by another one of its deployment', () => {
  it('finishes what it has while new requests go to the new one, and then says drained', async () => {
    let finish: () => void = () => undefined
    const arrived = Promise.withResolvers<void>()
    const made = await stageWith((_request, response) => {
      finish = () => response.end('old')
      arrived.resolve()
    })
    const next = await made.serve('new', (_request, response) => response.end('new'))
    const running = ask(made)
    await arrived.promise
    const former = join(made.folder, 'd1.sock')
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [next.socket] })
    made.engine.say({ type: 'drain', deploymentId: 'd1', socket: former })
    await made.engine.settled()
    expect((await ask(made)).body).toBe('new')
    expect(made.engine.all('drained')).toEqual([])
    finish()
    expect((await running).body).toBe('old')
    await made.engine.hears('drained')
    expect(made.engine.all('drained')).toEqual([{ type: 'drained', deploymentId: 'd1', socket: former }])
    expect((await ask(made)).body).toBe('new')
  })

  it('is drained at once when it has nothing to do, whatever the new one does', async () => {
    const made = await stageWith((_request, response) => response.end('old'))
    await ask(made)
    const arrived = Promise.withResolvers<void>()
    const next = await made.serve('new', () => arrived.resolve())
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [next.socket] })
    await made.engine.settled()
    const hanging = ask(made).catch(() => undefined)
    await arrived.promise
    made.engine.say({ type: 'drain', deploymentId: 'd1', socket: join(made.folder, 'd1.sock') })
    await made.engine.hears('drained')
    made.engine.say({ type: 'gone', deploymentId: 'd1', socket: next.socket, reason: 'It ended.' })
    await hanging
  })

  it('gets no new request once it has left the set, and finishes what it has without being asked to', async () => {
    let finish: () => void = () => undefined
    const arrived = Promise.withResolvers<void>()
    const made = await stageWith((_request, response) => {
      finish = () => response.end('old')
      arrived.resolve()
    })
    const running = ask(made)
    await arrived.promise
    const next = await made.serve('new', (_request, response) => response.end('new'))
    made.engine.say({ type: 'sandboxes', deploymentId: 'd1', sockets: [next.socket] })
    await made.engine.settled()
    expect((await ask(made)).body).toBe('new')
    finish()
    expect((await running).body).toBe('old')
    await made.engine.settled()
    expect([made.engine.all('drained'), made.engine.all('wake')]).toEqual([[], []])
  })

  it('is broken off when it does not end within the grace, and the new one is not', async () => {
    const arrived = Promise.withResolvers<void>()
    const made = await stageWith(() => arrived.resolve(), {
      route: { timeoutMs: 100 },
      limits: { drainRequestsMs: 20, drainStreamsMs: 20 },
    })
    const hanging = ask(made)
    await arrived.promise
    const next = await made.serve('new', (_request, response) => void setTimeout(() => response.end('new'), 50))
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [next.socket] })
    made.engine.say({ type: 'drain', deploymentId: 'd1', socket: join(made.folder, 'd1.sock') })
    expect([502, 504]).toContain((await hanging).status)
    await made.engine.hears('drained')
    expect((await ask(made)).body).toBe('new')
  })
})
