import { beforeEach, describe, expect, it, vi } from 'vitest'
import { MicropushError } from '../../../../contract/errors.ts'
import { fails, gate, settle, stageFleet, usual, type FleetStage } from './stage.ts'

let stage: FleetStage
beforeEach(() => {
  stage = stageFleet()
})

describe('waking', () => {
  it('starts a cold one once for all that wait, and gives each the socket', async () => {
    const { fleet, did, wake } = stage
    expect(await Promise.all([1, 2, 3].map(() => wake('live')))).toEqual(Array(3).fill('/s1/app.sock'))
    expect(did).toEqual(['start s1'])
    expect(fleet.known()).toEqual([{ deploymentId: 'live', sockets: ['/s1/app.sock'] }])
    expect(fleet.awake()).toEqual(['live'])
  })

  it('thaws a frozen one, and says how each was woken', async () => {
    const { fleet, did, gateway, rest } = stage
    expect(await fleet.wake('live', gateway)).toEqual({ sockets: ['/s1/app.sock'], by: 'plain' })
    expect(await fleet.wake('live', gateway)).toMatchObject({ by: 'hot' })
    await rest('live')
    expect([fleet.temperature('live'), fleet.awake()]).toEqual(['frozen', []])
    expect(await fleet.wake('live', gateway)).toEqual({ sockets: ['/s1/app.sock'], by: 'frozen' })
    expect(did).toEqual(['start s1', 'freeze s1', 'thaw s1'])
  })

  it('is told by its kind, and each step with how long the state before it lasted', async () => {
    const { fleet, gateway, rest, steps, wake, wakes } = stage
    await Promise.all([wake('live'), wake('live')])
    await vi.advanceTimersByTimeAsync(1000)
    await rest('live')
    await vi.advanceTimersByTimeAsync(2000)
    await fleet.wake('live', gateway)
    await vi.advanceTimersByTimeAsync(3000)
    await rest('live')
    await vi.advanceTimersByTimeAsync(60_000)
    await wake('live')
    await fleet.lost('live', 'c-s2')
    expect(steps).toEqual([
      'cold > hot',
      'hot > frozen 1000',
      'frozen > hot 2000',
      'hot > frozen 3000',
      'frozen > cold 60000',
      'cold > hot',
      'hot > cold 0',
    ])
    expect(wakes).toEqual(['plain', 'frozen', 'plain'])
  })

  it('starts anew what cannot be thawed, ends the old sandbox before, and tells of the new one', async () => {
    const { did, instead, problems, rest, told, wake } = stage
    await wake('live')
    await rest('live')
    instead['thaw'] = fails('engine-unavailable')
    expect(await wake('live')).toBe('/s2/app.sock')
    expect(did.slice(2)).toEqual(['thaw s1', 'destroy s1', 'start s2'])
    expect(told.get('live')).toEqual(['s2'])
    expect(problems).toHaveLength(1)
  })

  it('comes after a freeze that has begun', async () => {
    const { did, fleet, instead, rest, wake } = stage
    await wake('live')
    const { begun, open, pass } = gate()
    instead['freeze'] = pass
    const sleep = rest('live')
    await begun
    const woken = wake('live')
    open()
    await sleep
    expect(await woken).toBe('/s1/app.sock')
    expect(did).toEqual(['start s1', 'freeze s1', 'thaw s1'])
    expect(fleet.temperature('live')).toBe('hot')
  })

  it('does not wait for another deployment, not even for one that crashes at every start', async () => {
    const { instead, wake } = stage
    const { open, pass } = gate()
    instead['start'] = pass
    const slow = wake('live')
    await settle()
    instead['start'] = fails('start-failed')
    await expect(wake('broken')).rejects.toThrow('start-failed')
    expect(await wake('other')).toBe('/s3/app.sock')
    open()
    expect(await slow).toBe('/s1/app.sock')
  })

  it('keeps nothing in mind of an id that nobody knows', async () => {
    const { fleet, gateway, instead, wake } = stage
    instead['start'] = () => Promise.reject(new MicropushError('internal', 'This deployment is no longer kept.'))
    await expect(wake('made-up')).rejects.toThrow('no longer kept')
    fleet.load('made-up', gateway, 100)
    fleet.holds(['made-up'], gateway)
    await settle()
    expect(fleet.pauseSeconds('made-up')).toBe(0)
    expect(fleet.sandbox('made-up')).toBeUndefined()
    expect(fleet.awake()).toEqual([])
  })
})

describe('sleep', () => {
  it('begins at once after a deploy, when nobody waits', async () => {
    const { did, fleet, sandboxOf, told } = stage
    await fleet.enter(sandboxOf('live'))
    await settle()
    expect(did).toEqual(['freeze s1'])
    expect(told.get('live')).toEqual(['s1'])
  })

  it('lets a frozen one go after a while, but not when it was woken meanwhile', async () => {
    const { did, evicted, fleet, rest, told, wake } = stage
    await wake('live')
    await rest('live')
    await vi.advanceTimersByTimeAsync(59_000)
    await wake('live')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(fleet.temperature('live')).toBe('hot')
    await rest('live')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(fleet.temperature('live')).toBe('cold')
    expect(did.at(-1)).toBe('destroy s1')
    expect(told.get('live')).toEqual([])
    expect(evicted).toEqual(['time'])
  })

  it('also lets go after a while what a former engine froze', async () => {
    const { did, fleet, sandboxOf } = stage
    fleet.adopt(sandboxOf('live'), 'frozen')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(did).toEqual(['destroy s1'])
  })

  it('does nothing to what it does not know', async () => {
    const { did, fleet } = stage
    await fleet.sleep('nobody')
    await fleet.evict('nobody', 'memory')
    expect(did).toEqual([])
  })

  it('leaves one hot that could not be frozen, and tries again', async () => {
    const { did, fleet, instead, problems, rest, wake } = stage
    await wake('live')
    instead['freeze'] = fails('engine-unavailable')
    await rest('live')
    expect([fleet.temperature('live'), problems.length]).toEqual(['hot', 1])
    await vi.advanceTimersByTimeAsync(5000)
    expect(fleet.temperature('live')).toBe('frozen')
    expect(did).toEqual(['start s1', 'freeze s1', 'freeze s1'])
  })

  it('takes the time that is the policy’s when it changes', async () => {
    const { did, fleet, policies, rest, wake } = stage
    policies.set('live', { ...usual, coldMs: 3_600_000 })
    await wake('live')
    await rest('live')
    await vi.advanceTimersByTimeAsync(120_000)
    policies.delete('live')
    fleet.review('live')
    await vi.advanceTimersByTimeAsync(0)
    expect(did.at(-1)).toBe('destroy s1')
  })
})

describe('one that never sleeps', () => {
  beforeEach(() => stage.policies.set('live', { ...usual, idleMs: Infinity }))

  it('stays hot though nobody has a lease on it, until it may sleep', async () => {
    const { did, fleet, policies, sandboxOf } = stage
    await fleet.enter(sandboxOf('live'))
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(did).toEqual([])
    policies.delete('live')
    fleet.review('live')
    await settle()
    expect(did).toEqual(['freeze s1'])
  })

  it('is started again by itself when it ended, later and later while it crashes', async () => {
    const { did, fleet, sandboxOf, wake } = stage
    const sandbox = sandboxOf('live')
    await fleet.enter(sandbox)
    await fleet.lost('live', sandbox.containerId)
    await vi.advanceTimersByTimeAsync(1000)
    expect(did).toEqual(['destroy s1', 'start s2'])
    await fleet.lost('live', 'c-s2')
    await fleet.lost('live', 'c-s2')
    await vi.advanceTimersByTimeAsync(999)
    expect(did.at(-1)).toBe('destroy s2')
    await vi.advanceTimersByTimeAsync(1)
    expect(did.at(-1)).toBe('start s3')
    expect(await wake('live')).toBe('/s3/app.sock')
  })

  it('is started when the engine starts', async () => {
    stage.fleet.keepAwake(['live', 'other'])
    await vi.advanceTimersByTimeAsync(1000)
    expect(stage.did).toEqual(['start s1'])
  })
})

describe('the end of a sandbox', () => {
  it('is no crash when it was the fleet that ended it', async () => {
    const { fleet, wake } = stage
    await wake('live')
    await fleet.destroy('live')
    expect(await fleet.lost('live', 'c-s1')).toBe(false)
    expect(fleet.pauseSeconds('live')).toBe(0)
    expect(fleet.awake()).toEqual([])
  })

  it('of an older sandbox says nothing about the newer one', async () => {
    const { fleet, wake } = stage
    await wake('live')
    expect(await fleet.lost('live', 'c-other')).toBe(false)
    expect(fleet.temperature('live')).toBe('hot')
  })

  it('comes after a start that is under way, so that no sandbox is left without an owner', async () => {
    const { did, fleet, instead, wake } = stage
    const { open, pass } = gate()
    instead['start'] = pass
    const woken = wake('live')
    const destroy = fleet.destroy('live')
    open()
    expect(await woken).toBe('/s1/app.sock')
    await destroy
    expect(did).toEqual(['start s1', 'destroy s1'])
    expect(fleet.known()).toEqual([])
  })

  it('that could not be brought about is tried again before anything else', async () => {
    const { did, fleet, instead, wake } = stage
    await wake('live')
    instead['destroy'] = fails('engine-unavailable')
    await expect(fleet.destroy('live')).rejects.toThrow('engine-unavailable')
    expect([fleet.known(), fleet.sandbox('live')?.id]).toEqual([[], 's1'])
    expect(await wake('live')).toBe('/s2/app.sock')
    expect(did).toEqual(['start s1', 'destroy s1', 'destroy s1', 'start s2'])
  })

  it('asked for again after it failed ends it', async () => {
    const { did, fleet, instead, wake } = stage
    await wake('live')
    instead['destroy'] = fails('engine-unavailable')
    await expect(fleet.destroy('live')).rejects.toThrow()
    await fleet.destroy('live')
    expect(did).toEqual(['start s1', 'destroy s1', 'destroy s1'])
    expect(fleet.sandbox('live')).toBeUndefined()
  })
})
