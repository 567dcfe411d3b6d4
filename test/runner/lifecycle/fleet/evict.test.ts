import { beforeEach, expect, it, vi } from 'vitest'
import { createRelief } from '../../../../runner/lifecycle/fleet/relieve.ts'
import { gate, settle, stageFleet, usual, type FleetStage } from './stage.ts'

let stage: FleetStage
beforeEach(async () => {
  stage = stageFleet()
  await stage.wake('live')
  await stage.rest('live')
  stage.did.length = 0
  stage.announced.length = 0
})

/** A drain that lasts until it is opened, or its signal aborts. */
function slowDrain() {
  const { begun, open, pass } = gate()
  stage.instead['drain'] = (signal) => {
    signal?.addEventListener('abort', open)
    return pass()
  }
  return { begun, open }
}

it('gateways turn away from a frozen sandbox before it is ended', async () => {
  const { announced, did, evicted, fleet } = stage
  const { begun, open } = slowDrain()
  const evict = fleet.evict('live', 'memory')
  await begun
  expect([announced, fleet.known()]).toEqual([['live: '], []])
  open()
  await evict
  expect(did).toEqual(['drain s1', 'destroy s1'])
  expect(evicted).toEqual(['memory'])
})

it('a wake that comes before the last gateway has turned away gets the same sandbox', async () => {
  const { announced, did, evicted, fleet, wake } = stage
  const { begun } = slowDrain()
  const evict = fleet.evict('live', 'time')
  await begun
  expect(await wake('live')).toBe('/s1/app.sock')
  await evict
  expect(announced).toEqual(['live: ', 'live: s1'])
  expect(did).toEqual(['drain s1', 'thaw s1'])
  expect([fleet.temperature('live'), evicted]).toEqual(['hot', []])
})

it('a wake that waits already keeps it from being begun', async () => {
  const { did, fleet, wake } = stage
  await Promise.all([fleet.evict('live', 'time'), wake('live')])
  expect(did).toEqual(['thaw s1'])
})

it('what is hot is not let go', async () => {
  const { did, fleet, wake } = stage
  await wake('live')
  await fleet.evict('live', 'memory')
  expect(did).toEqual(['thaw s1'])
})

it('one whose eviction was given up is due anew', async () => {
  const { fleet, rest, wake } = stage
  const { begun } = slowDrain()
  const evict = fleet.evict('live', 'time')
  await begun
  await Promise.all([evict, wake('live')])
  await rest('live')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(fleet.temperature('live')).toBe('cold')
})

it('short memory takes the least recently used first, and no more than is needed', async () => {
  const { did, fleet, rest, wake } = stage
  for (const id of ['second', 'third']) {
    await vi.advanceTimersByTimeAsync(1000)
    await wake(id)
    await rest(id)
  }
  const weigh = () => Promise.resolve(6 * 1024 ** 2)
  const memory = { lackingBytes: () => 10 * 1024 ** 2 }
  const relief = createRelief({ fleet: () => fleet, memory, ownerOf: () => 'ada', weigh, onProblem: () => {} })
  relief.look()
  await settle()
  expect(did.filter((what) => what.startsWith('destroy'))).toEqual(['destroy s1', 'destroy s2'])
  relief.close()
})

it('when memory is short, whoever holds the most of it frozen gives first', async () => {
  const { did, fleet, rest, wake } = stage
  for (const id of ['second', 'third']) {
    await vi.advanceTimersByTimeAsync(1000)
    await wake(id)
    await rest(id)
  }
  const relief = createRelief({
    fleet: () => fleet,
    memory: { lackingBytes: () => 1 },
    ownerOf: (id) => (id === 'live' ? 'ada' : 'bob'),
    weigh: () => Promise.resolve(6 * 1024 ** 2),
    onProblem: () => {},
  })
  relief.look()
  await settle()
  expect(did.filter((what) => what.startsWith('destroy'))).toEqual(['destroy s2'])
  relief.close()
})

it('what waits for nobody yet goes before any micro becomes cold, and what always waits after all of them', async () => {
  const { did, fleet } = stage
  let lackingBytes = 3
  const ahead = {
    async giveUp(neededBytes: number, which: string) {
      did.push(`give up ${neededBytes} of ${which}`)
      lackingBytes -= 1
    },
  }
  const relief = createRelief({
    fleet: () => fleet,
    memory: { lackingBytes: () => lackingBytes },
    ahead: [ahead],
    ownerOf: () => 'ada',
    weigh: () => Promise.resolve(1),
    onProblem: () => {},
  })
  relief.look()
  await settle()
  expect(did).toEqual(['give up 3 of surplus', 'destroy s1', 'give up 2 of all'])
  lackingBytes = 0
  did.length = 0
  relief.look()
  await settle()
  expect(did).toEqual([])
  relief.close()
})

it('what always waits is not given up while anything sleeps, though memory is short again', async () => {
  const { did, fleet, rest, wake } = stage
  await vi.advanceTimersByTimeAsync(1000)
  await wake('second')
  await rest('second')
  const relief = createRelief({
    fleet: () => fleet,
    memory: { lackingBytes: () => 1 },
    ahead: [{ giveUp: async (_bytes, which) => void did.push(`give up ${which}`) }],
    ownerOf: () => 'ada',
    weigh: () => Promise.resolve(1),
    onProblem: () => {},
  })
  relief.look()
  await settle()
  expect(did.slice(-2)).toEqual(['give up surplus', 'destroy s1'])
  relief.look()
  await settle()
  expect(did.slice(-3)).toEqual(['give up surplus', 'destroy s2', 'give up all'])
  relief.close()
})

it('memory is looked at once a minute, and at each start', async () => {
  const { evicted, fleet, wake } = stage
  stage.policies.set('live', { ...usual, coldMs: 3_600_000 })
  fleet.review('live')
  const memory = { lackingBytes: () => 0 }
  const relief = createRelief({
    fleet: () => fleet,
    memory,
    ownerOf: () => 'ada',
    weigh: () => Promise.resolve(1),
    onProblem: () => {},
  })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(fleet.temperature('live')).toBe('frozen')
  memory.lackingBytes = () => 1
  await vi.advanceTimersByTimeAsync(59_000)
  expect(fleet.temperature('live')).toBe('frozen')
  await vi.advanceTimersByTimeAsync(1000)
  expect([fleet.temperature('live'), evicted]).toEqual(['cold', ['memory']])
  relief.close()
  let starts = 0
  stage.onStart = () => (starts += 1)
  await wake('live')
  await wake('live')
  expect(starts).toBe(1)
})
