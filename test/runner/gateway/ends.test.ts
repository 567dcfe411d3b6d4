import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeEnd, type MicroEnd } from '../../../contract/end-reason.ts'
import { ask } from './support/client.ts'
import { HOST, stageWith, type Stage } from './support/stage.ts'

const ends: readonly (readonly [MicroEnd, number, string, string])[] = [
  [{ reason: 'memory' }, 502, 'out-of-memory', 'limits.memory'],
  [{ reason: 'timeout' }, 504, 'timeout', 'limits.timeout'],
  [{ reason: 'processes', exitCode: 1 }, 502, 'out-of-processes', 'limits.processes'],
  [{ reason: 'crash', signal: 'SIGSEGV' }, 502, 'crashed', 'log'],
  [{ reason: 'exit', exitCode: 3 }, 502, 'crashed', 'log'],
  [{ reason: 'stopped' }, 502, 'crashed', 'log'],
  [{ reason: 'unknown' }, 502, 'crashed', 'log'],
]

function die(stage: Stage, end: MicroEnd): void {
  stage.engine.say({
    type: 'gone',
    deploymentId: 'd1',
    socket: join(stage.folder, 'd1.sock'),
    reason: describeEnd(end),
    end,
  })
}

describe('a request whose micro dies', () => {
  it.each(ends)('is told why: %o', async (...[end, status, error, advice]) => {
    const arrived = Promise.withResolvers<void>()
    const stage = await stageWith(() => arrived.resolve())
    const running = ask(stage)
    await arrived.promise
    die(stage, end)
    const answer = await running
    expect(answer.status).toBe(status)
    const body = JSON.parse(answer.body) as Record<string, string>
    expect(body).toMatchObject({ error, message: describeEnd(end), request_id: answer.headers['x-request-id'] })
    expect(body['hint']).toContain(advice)
  })

  it('is told why on a page, to a browser', async () => {
    const arrived = Promise.withResolvers<void>()
    const stage = await stageWith(() => arrived.resolve())
    const running = ask(stage, { headers: { accept: 'text/html' } })
    await arrived.promise
    die(stage, { reason: 'memory' })
    const { body, headers } = await running
    expect(body).toContain('The micro ran out of memory')
    expect(body).toContain(describeEnd({ reason: 'memory' }))
    expect(body).toContain(headers['x-request-id'])
  })

  it('is told why even when its connection breaks before the engine knows', async () => {
    const stage = await stageWith((request) => request.socket.destroy(), { limits: { endMs: 10_000 } })
    stage.engine.onMessage = (message) => {
      if (message.type === 'suspect') die(stage, { reason: 'exit', exitCode: 7 })
    }
    const answer = await ask(stage)
    expect(answer.status).toBe(502)
    expect(answer.body).toContain('exit code 7')
  })

  it('is told no more than it was before, when the engine says nothing', async () => {
    const stage = await stageWith((request) => request.socket.destroy())
    const answer = await ask(stage)
    expect(JSON.parse(answer.body)).toMatchObject({
      error: 'crashed',
      message: expect.stringContaining('closed') as string,
    })
  })

  it('is not told of an earlier end', async () => {
    const stage = await stageWith((_request, response) => response.end())
    die(stage, { reason: 'memory' })
    const next = await stage.serve('d2', (request) => request.socket.destroy())
    stage.engine.say({ type: 'awake', deploymentId: 'd1', sockets: [next.socket] })
    await stage.engine.settled()
    expect((await ask(stage, { host: HOST })).body).not.toContain(describeEnd({ reason: 'memory' }))
  })
})
