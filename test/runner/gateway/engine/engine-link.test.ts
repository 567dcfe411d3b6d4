import { rm } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { ask, errorOf } from '../support/client.ts'
import { route, stage, stageWith } from '../support/stage.ts'

describe('an engine that goes and comes back', () => {
  it('leaves what is awake being served', async () => {
    const made = await stageWith((_request, response) => response.end('ok'), { idleMs: 30 })
    await made.engine.stop()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect((await ask(made)).status).toBe(200)
    const health = await ask(made, { host: 'localhost', path: '/healthz' })
    expect(JSON.parse(health.body)).toEqual({ status: 'ok', engine: 'away' })
  })

  it('is asked again for what still waits, and its new table counts', async () => {
    const made = await stageWith((_request, response) => response.end('ok'))
    await made.engine.stop()
    await rm(`${made.folder}/control.sock`, { force: true })
    made.engine.snapshot = {
      type: 'snapshot',
      routes: [route({ host: 'other.localhost', deploymentId: 'd9' })],
      sandboxes: [],
    }
    await made.engine.start()
    const { socket } = await made.serve('d9', (_request, response) => response.end('nine'))
    made.engine.onMessage = (message) => {
      if (message.type === 'wake')
        made.engine.say({ type: 'awake', deploymentId: message.deploymentId, sockets: [socket] })
    }
    for (;;) {
      const answer = await ask(made, { host: 'other.localhost' })
      if (answer.status === 200) break
      expect(answer.status).toBe(404)
    }
    expect((await ask(made)).status).toBe(404)
  })

  it('finds the wake that it never heard of', async () => {
    const made = await stage()
    await made.engine.stop()
    const waiting = ask(made)
    const { socket } = await made.serve('d1', (_request, response) => response.end('ok'))
    made.engine.onMessage = (message) => {
      if (message.type === 'wake') made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    }
    await made.engine.start()
    expect((await waiting).status).toBe(200)
  })

  it('lets requests wait for the first table of all', async () => {
    const made = await stage({ engineAway: true })
    const waiting = ask(made)
    const { socket } = await made.serve('d1', (_request, response) => response.end('ok'))
    made.engine.snapshot = {
      type: 'snapshot',
      routes: [route()],
      sandboxes: [{ deploymentId: 'd1', sockets: [socket] }],
    }
    made.engine.onMessage = (message) => {
      if (message.type === 'wake') made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket] })
    }
    await made.engine.start()
    expect((await waiting).status).toBe(200)
  })

  it('is not waited for longer than the bound', async () => {
    const made = await stage({ engineAway: true, limits: { tableMs: 20 } })
    const answer = await ask(made)
    expect(answer.status).toBe(503)
    expect(errorOf(answer)).toBe('no-table')
  })
})
