import { beforeEach, describe, expect, it, vi } from 'vitest'
import { wantedSandboxes } from '../../../../runner/lifecycle/fleet/scale.ts'
import { fails, gate, settle, stageFleet, usual, type FleetStage } from './stage.ts'

let stage: FleetStage
beforeEach(async () => {
  stage = stageFleet()
  stage.policies.set('live', { ...usual, scale: { max: 3, concurrency: 10 } })
  await stage.wake('live')
})

const load = async (requests: number, gateway = stage.gateway) => {
  stage.fleet.load('live', gateway, requests)
  await settle()
}

it('so many sandboxes are wanted as the load takes, from one to the most', () => {
  const scale = { max: 4, concurrency: 50 }
  expect([0, 1, 50, 51, 150, 151, 9999].map((requests) => wantedSandboxes(requests, scale))).toEqual([
    1, 1, 1, 2, 3, 4, 4,
  ])
})

describe('under load', () => {
  it('another sandbox is started while the first one serves, and gateways hear of both', async () => {
    const { announced, instead, told, wake } = stage
    const { open, pass } = gate()
    instead['start'] = pass
    await load(11)
    expect(await wake('live')).toBe('/s1/app.sock')
    expect(told.get('live')).toEqual(['s1'])
    open()
    await settle()
    expect(announced).toEqual(['live: s1', 'live: s1 s2'])
  })

  it('they are started one at a time, and never more than the most', async () => {
    const { did, instead, told } = stage
    const { open, pass } = gate()
    instead['start'] = pass
    await load(900)
    await load(901)
    expect(did).toEqual(['start s1', 'start s2'])
    open()
    await settle()
    expect(told.get('live')).toEqual(['s1', 's2', 's3'])
    await vi.advanceTimersByTimeAsync(5000)
    expect(did).toHaveLength(3)
  })

  it('what all gateways have in hand counts, and what one that left had does not', async () => {
    const { fleet, told } = stage
    const other = {}
    await fleet.wake('live', other)
    await load(6)
    await load(5, other)
    expect(told.get('live')).toEqual(['s1', 's2'])
    fleet.gatewayLeft(other)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(told.get('live')).toEqual(['s1'])
  })

  it('nothing is started while memory is short, and it is looked again', async () => {
    const { did, told } = stage
    stage.pressure = 'some'
    await load(11)
    await vi.advanceTimersByTimeAsync(3000)
    expect(did).toEqual(['start s1'])
    stage.pressure = 'none'
    await vi.advanceTimersByTimeAsync(1000)
    expect(told.get('live')).toEqual(['s1', 's2'])
  })

  it.each(['start-failed', 'engine-unavailable'] as const)(
    'one that fails to start (%s) is tried again later, and the first one serves on',
    async (code) => {
      const { did, fleet, instead, problems, told } = stage
      instead['start'] = fails(code)
      await load(11)
      await vi.advanceTimersByTimeAsync(500)
      await load(12)
      await vi.advanceTimersByTimeAsync(499)
      expect([fleet.temperature('live'), problems.length, did.length]).toEqual(['hot', 1, 2])
      await vi.advanceTimersByTimeAsync(1001)
      expect(did).toEqual(['start s1', 'start s2', 'start s3'])
      expect(told.get('live')).toEqual(['s1', 's3'])
    },
  )

  it('one that is not needed by the time it is ready is ended', async () => {
    const { did, instead, told } = stage
    const { open, pass } = gate()
    instead['start'] = pass
    await load(11)
    await load(1)
    open()
    await settle()
    expect(did).toEqual(['start s1', 'start s2', 'destroy s2'])
    expect(told.get('live')).toEqual(['s1'])
  })
})

describe('with less load', () => {
  beforeEach(async () => {
    await load(21)
    stage.did.length = 0
  })

  it('the last ones go one after the other, each after a while, and finish what they have', async () => {
    const { did, evicted, fleet, instead, told } = stage
    await load(1)
    await vi.advanceTimersByTimeAsync(29_999)
    expect(told.get('live')).toEqual(['s1', 's2', 's3'])
    const { open, pass } = gate()
    instead['drain'] = pass
    await vi.advanceTimersByTimeAsync(1)
    expect(told.get('live')).toEqual(['s1', 's2'])
    expect(did).toEqual(['drain s3'])
    expect(fleet.sandboxes('live').map(({ id }) => id)).toEqual(['s1', 's2', 's3'])
    open()
    await settle()
    expect(did).toEqual(['drain s3', 'destroy s3'])
    await vi.advanceTimersByTimeAsync(30_000)
    expect(told.get('live')).toEqual(['s1'])
    expect(evicted).toEqual(['scale', 'scale'])
  })

  it('load that comes back within that time keeps them', async () => {
    const { did } = stage
    await load(1)
    await vi.advanceTimersByTimeAsync(29_000)
    await load(21)
    await load(1)
    await vi.advanceTimersByTimeAsync(29_000)
    expect(did).toEqual([])
  })

  it('sleep ends all but the first, and freezes that one', async () => {
    const { did, rest, told } = stage
    await rest('live')
    await settle()
    expect(told.get('live')).toEqual(['s1'])
    expect(did.toSorted()).toEqual(['destroy s2', 'destroy s3', 'freeze s1'])
  })
})

describe('when one of several ends by itself', () => {
  beforeEach(() => load(11))

  it('the others serve on, and another one takes its place', async () => {
    const { did, fleet, told } = stage
    expect(await fleet.lost('live', 'c-s1')).toBe(true)
    expect(fleet.temperature('live')).toBe('hot')
    await settle()
    expect(told.get('live')).toEqual(['s2', 's3'])
    expect(did).toEqual(['start s1', 'start s2', 'destroy s1', 'start s3'])
  })

  it('again and again, the next one is started later and later, and wakes are not kept waiting', async () => {
    const { fleet, wake } = stage
    await fleet.lost('live', 'c-s2')
    await settle()
    await fleet.lost('live', 'c-s3')
    await settle()
    expect(fleet.pauseSeconds('live')).toBe(1)
    expect(await wake('live')).toBe('/s1/app.sock')
    expect(stage.told.get('live')).toEqual(['s1'])
    await vi.advanceTimersByTimeAsync(1000)
    expect(stage.told.get('live')).toEqual(['s1', 's4'])
  })

  it('one that was leaving is told of, and is no crash', async () => {
    const { did, fleet, instead } = stage
    const { begun, open, pass } = gate()
    instead['drain'] = (signal) => {
      signal?.addEventListener('abort', open)
      return pass()
    }
    await load(1)
    await vi.advanceTimersByTimeAsync(30_000)
    await begun
    expect(await fleet.lost('live', 'c-s2', ({ id }) => did.push(`told ${id}`))).toBe(true)
    await settle()
    expect(did.slice(2)).toEqual(['drain s2', 'told s2', 'destroy s2'])
    expect(fleet.pauseSeconds('live')).toBe(0)
  })
})

it('all of them end with their deployment, those that were leaving too', async () => {
  const { did, fleet, instead } = stage
  await load(21)
  instead['drain'] = (signal) => new Promise((resolve) => signal?.addEventListener('abort', resolve))
  await load(11)
  await vi.advanceTimersByTimeAsync(30_000)
  await fleet.destroy('live')
  expect(did.filter((what) => what.startsWith('destroy')).toSorted()).toEqual([
    'destroy s1',
    'destroy s2',
    'destroy s3',
  ])
  expect(fleet.sandboxes()).toEqual([])
})
