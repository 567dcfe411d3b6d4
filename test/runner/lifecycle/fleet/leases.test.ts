import { beforeEach, describe, expect, it, vi } from 'vitest'
import { gate, settle, stageFleet, type FleetStage } from './stage.ts'

let stage: FleetStage
beforeEach(() => {
  stage = stageFleet()
})

const [one, two] = [{ name: 'one' }, { name: 'two' }]

describe('with two gateways', () => {
  it('a micro that is idle for one and busy for the other stays hot', async () => {
    const { did, fleet, wake } = stage
    await wake('live', one)
    await wake('live', two)
    fleet.idle('live', one)
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect([fleet.temperature('live'), fleet.awake()]).toEqual(['hot', ['live']])
    fleet.idle('live', two)
    await settle()
    expect(did).toEqual(['start s1', 'freeze s1'])
  })

  it('wakes of both are one thaw', async () => {
    const { did, fleet, rest, wake } = stage
    await wake('live')
    await rest('live')
    await Promise.all([wake('live', one), wake('live', two)])
    expect(did).toEqual(['start s1', 'freeze s1', 'thaw s1'])
    fleet.idle('live', one)
    await settle()
    expect(fleet.temperature('live')).toBe('hot')
  })

  it('a lease on a sandbox that ended does not keep the next one awake', async () => {
    const { fleet, wake } = stage
    await wake('live', one)
    await wake('live', two)
    await fleet.lost('live', 'c-s1')
    await wake('live', two)
    fleet.idle('live', two)
    await settle()
    expect([fleet.temperature('live'), fleet.awake()]).toEqual(['frozen', []])
  })

  it('a lease given back twice is one', async () => {
    const { fleet, wake } = stage
    await wake('live', one)
    await wake('live', two)
    fleet.idle('live', one)
    fleet.idle('live', one)
    await settle()
    expect(fleet.temperature('live')).toBe('hot')
  })
})

describe('a gateway that leaves', () => {
  it('loses its leases, but not before it had time to come back', async () => {
    const { fleet, wake } = stage
    await wake('live', one)
    fleet.gatewayLeft(one)
    await vi.advanceTimersByTimeAsync(1999)
    expect(fleet.temperature('live')).toBe('hot')
    await vi.advanceTimersByTimeAsync(1)
    expect(fleet.temperature('live')).toBe('frozen')
  })

  it('keeps them when it comes back and says so', async () => {
    const { did, fleet, wake } = stage
    await wake('live', one)
    fleet.gatewayLeft(one)
    await vi.advanceTimersByTimeAsync(1000)
    fleet.holds(['live'], two)
    await vi.advanceTimersByTimeAsync(60_000)
    expect([fleet.temperature('live'), did]).toEqual(['hot', ['start s1']])
  })

  it('gets no lease for a wake that it does not see the end of', async () => {
    const { fleet, instead, wake } = stage
    const { begun, open, pass } = gate()
    instead['start'] = pass
    const woken = wake('live', one)
    await begun
    fleet.gatewayLeft(one)
    open()
    await woken
    await settle()
    expect(fleet.temperature('live')).toBe('frozen')
  })

  it('that comes back late has its micro thawed, because something runs there', async () => {
    const { did, fleet, wake } = stage
    await wake('live', one)
    fleet.gatewayLeft(one)
    await vi.advanceTimersByTimeAsync(2000)
    fleet.holds(['live'], two)
    await settle()
    expect([fleet.temperature('live'), did]).toEqual(['hot', ['start s1', 'freeze s1', 'thaw s1']])
  })
})

describe('an engine that was started again', () => {
  it('puts what runs to sleep when no gateway has said within two seconds that it holds it', async () => {
    const { did, fleet, sandboxOf } = stage
    fleet.adopt(sandboxOf('idle'), 'hot')
    fleet.adopt(sandboxOf('held'), 'hot')
    await vi.advanceTimersByTimeAsync(1900)
    expect(did).toEqual([])
    fleet.holds(['held'], one)
    await vi.advanceTimersByTimeAsync(100)
    expect(did).toEqual(['freeze s1'])
    expect(fleet.awake()).toEqual(['held'])
  })

  it('leaves frozen what was frozen', async () => {
    const { did, fleet, sandboxOf } = stage
    fleet.adopt(sandboxOf('live'), 'frozen')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(did).toEqual([])
    expect(fleet.known()).toEqual([{ deploymentId: 'live', sockets: ['/s1/app.sock'] }])
  })

  it('has all sandboxes of one that has several, and ends what is neither hot nor alone', async () => {
    const { did, fleet, sandboxOf } = stage
    fleet.adopt(sandboxOf('live'), 'hot')
    fleet.adopt(sandboxOf('live'), 'hot')
    fleet.adopt(sandboxOf('live'), 'frozen')
    fleet.holds(['live'], one)
    await settle()
    expect(fleet.known()).toEqual([{ deploymentId: 'live', sockets: ['/s1/app.sock', '/s2/app.sock'] }])
    expect(did).toEqual(['destroy s3'])
  })
})
