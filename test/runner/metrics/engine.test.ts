import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { durationBoundsSeconds } from '../../../runner/gateway/protocol.ts'
import { answerGateway } from '../../../runner/lifecycle/gateways/answer-gateway.ts'
import { parseExposition, valueOf } from '../../support/exposition.ts'
import { startTestRunner, type TestRunner } from '../support/runner.ts'

let parts: TestRunner
const gateways: Socket[] = []
beforeEach(async () => {
  parts = await startTestRunner()
  parts.onMessage(answerGateway)
})
afterEach(async () => {
  for (const gateway of gateways.splice(0)) gateway.destroy()
  await parts[Symbol.asyncDispose]()
})

function gateway() {
  const socket = connect(parts.runner.settings.sockets.gateway)
  gateways.push(socket)
  const awake: string[] = []
  createInterface({ input: socket }).on('line', (line) => {
    const message = JSON.parse(line) as { readonly type: string; readonly by?: string }
    if (message.type === 'awake') awake.push(message.by ?? '')
  })
  return { awake, say: (message: object) => void socket.write(`${JSON.stringify(message)}\n`) }
}

async function value(name: string, labels = {}): Promise<number> {
  return valueOf(parseExposition((await parts.runner.metrics.read()).text), name, labels)
}

it('a wake is counted once by how it was done, however many gateways ask for it', async () => {
  const [one, other] = [gateway(), gateway()]
  one.say({ type: 'wake', deploymentId: 'd1' })
  other.say({ type: 'wake', deploymentId: 'd1' })
  await vi.waitFor(() => expect([...one.awake, ...other.awake].toSorted()).toEqual(['hot', 'plain']))
  expect(await value('micropush_wake_duration_seconds_count', { kind: 'plain' })).toBe(1)
  expect(await value('micropush_sandboxes', { state: 'hot' })).toBe(1)

  for (const each of [one, other]) each.say({ type: 'idle', deploymentId: 'd1' })
  await vi.waitFor(() => expect(parts.runner.fleet.temperature('d1')).toBe('frozen'))
  expect(await value('micropush_sandboxes', { state: 'frozen' })).toBe(1)
  expect(await value('micropush_state_duration_seconds_count', { state: 'hot' })).toBe(1)
  one.say({ type: 'wake', deploymentId: 'd1' })
  await vi.waitFor(() => expect(one.awake).toContain('frozen'))
  expect(await value('micropush_wake_duration_seconds_count', { kind: 'frozen' })).toBe(1)
  expect(await value('micropush_wake_duration_seconds_count')).toBe(2)
})

it('what gateways say on their connections is added up', async () => {
  const durations = { count: 1, seconds: 0.5, buckets: [...durationBoundsSeconds.map(() => 0), 1] }
  const counts = { type: 'counts', requests: [{ status: '2xx', ...durations }], waits: durations, refused: 1 }
  for (const each of [gateway(), gateway()]) each.say({ ...counts, waiting: 2, connections: 3 })
  await vi.waitFor(async () => expect(await value('micropush_requests_refused_total')).toBe(2))
  expect(await value('micropush_request_duration_seconds_count', { status: '2xx' })).toBe(2)
  expect(await value('micropush_requests_waiting')).toBe(4)
  expect(await value('micropush_gateways')).toBe(2)
})

it('counts that are none are told and not added', async () => {
  const durations = { count: 1, seconds: 0.5, buckets: [1] }
  const counts = { type: 'counts', requests: [], waits: durations, refused: -5, waiting: 2, connections: 3 }
  gateway().say(counts)
  await vi.waitFor(() => expect(parts.logged.map(({ msg }) => msg).join()).toContain('not of the protocol'))
  expect(await value('micropush_requests_refused_total')).toBe(0)
  expect(await value('micropush_request_wait_seconds_count')).toBe(0)
})
