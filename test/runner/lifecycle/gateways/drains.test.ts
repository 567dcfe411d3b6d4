import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createDrains, type Drains } from '../../../../runner/lifecycle/gateways/drains.ts'
import type { Gateway } from '../../../../runner/lifecycle/gateways/gateway-link.ts'

let asked: string[]
let present: Gateway[]
let drains: Drains
const never = new AbortController().signal

function gateway(name: string): Gateway {
  return {
    tell: (message) => asked.push(`${name} ${message.type} ${'deploymentId' in message ? message.deploymentId : ''}`),
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  asked = []
  present = [gateway('a')]
  drains = createDrains(() => present)
})
afterEach(() => vi.useRealTimers())

/** Whether it has ended, told at any time. */
function follow(drain: Promise<void>): { ended: boolean } {
  const state = { ended: false }
  void drain.then(() => (state.ended = true))
  return state
}

const [first, second] = [0, 1]
const at = (index: number): Gateway => present[index] ?? gateway('nobody')

it('ends when the gateway says that the last request has ended', async () => {
  const drain = follow(drains.drain('d1', never))
  await vi.advanceTimersByTimeAsync(1000)
  expect([asked, drain.ended]).toEqual([['a drain d1'], false])
  drains.drained('other', at(first))
  await vi.advanceTimersByTimeAsync(0)
  expect(drain.ended).toBe(false)
  drains.drained('d1', at(first))
  await vi.advanceTimersByTimeAsync(0)
  expect(drain.ended).toBe(true)
})

it('ends only when every gateway has said so', async () => {
  present.push(gateway('b'))
  const drain = follow(drains.drain('d1', never))
  drains.drained('d1', at(first))
  drains.drained('d1', at(first))
  await vi.advanceTimersByTimeAsync(0)
  expect(drain.ended).toBe(false)
  drains.drained('d1', at(second))
  await vi.advanceTimersByTimeAsync(0)
  expect(drain.ended).toBe(true)
})

it('ends at the deadline for a gateway that stays silent', async () => {
  const drain = follow(drains.drain('d1', never))
  await vi.advanceTimersByTimeAsync(34_999)
  expect(drain.ended).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(drain.ended).toBe(true)
})

it('waits a moment for a gateway that is away, and asks it when it is back', async () => {
  const [a] = present
  present = []
  const drain = follow(drains.drain('d1', never))
  await vi.advanceTimersByTimeAsync(1500)
  expect(drain.ended).toBe(false)
  if (a !== undefined) drains.joined(a)
  await vi.advanceTimersByTimeAsync(5000)
  expect([asked, drain.ended]).toEqual([['a drain d1'], false])
})

it('does not wait for long when no gateway is there at all', async () => {
  present = []
  const drain = follow(drains.drain('d1', never))
  await vi.advanceTimersByTimeAsync(2000)
  expect(drain.ended).toBe(true)
})

it('is asked for again when the gateway lost its connection, and given up when it stays away', async () => {
  const drain = follow(drains.drain('d1', never))
  drains.left(at(first))
  await vi.advanceTimersByTimeAsync(100)
  const back = gateway('again')
  drains.joined(back)
  await vi.advanceTimersByTimeAsync(5000)
  expect([asked, drain.ended]).toEqual([['a drain d1', 'again drain d1'], false])
  drains.left(back)
  await vi.advanceTimersByTimeAsync(2000)
  expect(drain.ended).toBe(true)
})

it('is not over for a gateway that lost its connection because another one has said so', async () => {
  present.push(gateway('b'))
  const drain = follow(drains.drain('d1', never))
  drains.left(at(first))
  drains.drained('d1', at(second))
  await vi.advanceTimersByTimeAsync(1999)
  expect(drain.ended).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(drain.ended).toBe(true)
})

it('of one deployment asked for twice is one, and both hear of its end', async () => {
  const one = follow(drains.drain('d1', never))
  const other = follow(drains.drain('d1', never))
  expect(asked).toEqual(['a drain d1'])
  drains.drained('d1', at(first))
  await vi.advanceTimersByTimeAsync(0)
  expect([one.ended, other.ended]).toEqual([true, true])
})

it('is given up when the runner goes down', async () => {
  const stop = new AbortController()
  const drain = follow(drains.drain('d1', stop.signal))
  stop.abort()
  await vi.advanceTimersByTimeAsync(0)
  expect(drain.ended).toBe(true)
  await drains.drain('d2', stop.signal)
  expect(asked).toEqual(['a drain d1'])
})

it('waits for one sandbox of a deployment by itself, for as long as it was told', async () => {
  const whole = follow(drains.drain('d1', never))
  const one = follow(drains.drain('d1', never, { socket: '/s1/app.sock', longestMs: 50_000 }))
  expect(asked).toEqual(['a drain d1', 'a drain d1'])
  drains.drained('d1', at(first))
  await vi.advanceTimersByTimeAsync(49_999)
  expect([whole.ended, one.ended]).toEqual([true, false])
  drains.drained('/s1/app.sock', at(first))
  await vi.advanceTimersByTimeAsync(0)
  expect(one.ended).toBe(true)
})
