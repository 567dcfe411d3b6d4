import { describe, expect, it } from 'vitest'
import { ask } from './support/client.ts'
import { stage, stageWith } from './support/stage.ts'

const wanted = { 'x-micropush-timing': '1' }

/** `Server-Timing` as names with their durations and descriptions. */
function read(field: string | string[] | undefined): Record<string, { readonly dur?: number; readonly desc?: string }> {
  const metrics = String(field)
    .split(', ')
    .map((metric) => {
      const [name = '', ...parts] = metric.split(';')
      const values = Object.fromEntries(parts.map((part) => part.split('=') as [string, string]))
      const { dur, desc } = values
      return [name, { ...(dur === undefined ? {} : { dur: Number(dur) }), ...(desc === undefined ? {} : { desc }) }]
    })
  return Object.fromEntries(metrics) as ReturnType<typeof read>
}

describe('Server-Timing', () => {
  it('is said when it is asked for, and then only, and the micro does not see the question', async () => {
    const made = await stageWith((request, response) => response.end(JSON.stringify(Object.keys(request.headers))))
    expect((await ask(made)).headers['server-timing']).toBeUndefined()
    expect((await ask(made, { headers: { 'x-micropush-timing': '0' } })).headers['server-timing']).toBeUndefined()
    const answer = await ask(made, { headers: wanted })
    const timing = read(answer.headers['server-timing'])
    expect(Object.keys(timing)).toEqual(['queue', 'app', 'gateway'])
    expect(answer.body).not.toContain('timing')
  })

  it('joins what the micro says itself', async () => {
    const made = await stageWith((_request, response) => {
      response.setHeader('Server-Timing', 'db;dur=53')
      response.end('ok')
    })
    const timing = read((await ask(made, { headers: wanted })).headers['server-timing'])
    expect(Object.keys(timing)).toEqual(['db', 'queue', 'app', 'gateway'])
    expect((await ask(made)).headers['server-timing']).toBe('db;dur=53')
  })

  it('names how the micro was woken, and tells the wait from the micro’s own time', async () => {
    const made = await stage()
    const { socket } = await made.serve('d1', (_request, response) => void setTimeout(() => response.end('ok'), 40))
    made.engine.onMessage = (message) => {
      if (message.type !== 'wake') return
      setTimeout(() => made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket], by: 'cell' }), 60)
    }
    const { wake, queue, app, gateway } = read((await ask(made, { headers: wanted })).headers['server-timing'])
    expect(wake?.desc).toBe('cell')
    expect(wake?.dur).toBeGreaterThan(50)
    expect(queue?.dur).toBeGreaterThan(50)
    expect(app?.dur).toBeGreaterThan(30)
    expect(gateway?.dur).toBeLessThan((app?.dur ?? 0) + (queue?.dur ?? 0))
  })

  it('counts the time in a frozen socket to the wake, and to neither micro nor gateway', async () => {
    const made = await stage()
    const arrived = Promise.withResolvers<() => void>()
    const { socket } = await made.serve('d1', (_request, response) => arrived.resolve(() => response.end('ok')))
    made.engine.say({ type: 'sandboxes', deploymentId: 'd1', sockets: [socket] })
    await made.engine.settled()
    const asked = ask(made, { headers: wanted })
    const finish = await arrived.promise
    await new Promise((resolve) => setTimeout(resolve, 50))
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket], by: 'frozen' })
    await made.engine.settled()
    finish()
    const { wake, queue, app, gateway } = read((await asked).headers['server-timing'])
    expect(wake).toMatchObject({ desc: 'frozen' })
    expect(wake?.dur).toBeGreaterThan(45)
    expect(queue?.dur).toBe(0)
    expect(app?.dur).toBeLessThan(wake?.dur ?? 0)
    expect(gateway?.dur).toBeLessThan(wake?.dur ?? 0)
  })

  it('waits for the word of the wake when the micro has answered before it', async () => {
    const made = await stage()
    const answered = Promise.withResolvers<void>()
    const { socket } = await made.serve('d1', (_request, response) => {
      response.on('close', answered.resolve)
      response.end('answered at once')
    })
    made.engine.say({ type: 'sandboxes', deploymentId: 'd1', sockets: [socket] })
    await made.engine.settled()
    const asked = ask(made, { headers: wanted })
    await answered.promise
    made.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [socket], by: 'frozen' })
    const { headers, body } = await asked
    expect(body).toBe('answered at once')
    expect(Object.keys(read(headers['server-timing']))).toEqual(['wake', 'queue', 'app', 'gateway'])
    expect(read(headers['server-timing'])['wake']?.desc).toBe('frozen')
  })

  it('is said without the wake when the word of it does not come soon, and of the answer nothing is lost', async () => {
    const made = await stage()
    const { socket } = await made.serve('d1', (_request, response) => response.end('x'.repeat(300_000)))
    made.engine.say({ type: 'sandboxes', deploymentId: 'd1', sockets: [socket] })
    await made.engine.settled()
    const { headers, body } = await ask(made, { headers: wanted })
    expect(Object.keys(read(headers['server-timing']))).toEqual(['queue', 'app', 'gateway'])
    expect(body).toBe('x'.repeat(300_000))
  })
})
