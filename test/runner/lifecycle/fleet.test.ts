import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MicropushError } from '../../../contract/errors.ts'
import { createFleet, type Fleet } from '../../../runner/lifecycle/fleet.ts'
import type { Sandbox } from '../../../runner/sandbox/sandbox.ts'

let starts = 0
let did: string[]
let kept: Set<string>
let problems: string[]
/** What the next action of a kind does instead; taken by one. */
let instead: Record<string, () => Promise<void>>
let fleet: Fleet

function sandboxOf(deploymentId: string): Sandbox {
  const id = `s${++starts}`
  return {
    id,
    containerId: `c-${id}`,
    deploymentId,
    socket: `/${id}/app.sock`,
    isolation: 'runc',
    startedBy: 'plain',
    startedAtMs: Date.now(),
  }
}

async function act(what: string, id: string): Promise<void> {
  did.push(`${what} ${id}`)
  const other = instead[what]
  delete instead[what]
  await other?.()
}

beforeEach(() => {
  vi.useFakeTimers()
  starts = 0
  did = []
  problems = []
  instead = {}
  kept = new Set(['live'])
  fleet = createFleet({
    actions: {
      start: async (deploymentId) => {
        const sandbox = sandboxOf(deploymentId)
        await act('start', sandbox.id)
        return sandbox
      },
      quiet: () => Promise.resolve(),
      freeze: ({ id }) => act('freeze', id),
      thaw: ({ id }) => act('thaw', id),
      destroy: ({ id }) => act('destroy', id),
    },
    evictMs: 60_000,
    keep: (id) => kept.has(id),
    onProblem: (message) => problems.push(message),
  })
})
afterEach(() => {
  fleet.close()
  vi.useRealTimers()
})

const fails = (code: 'start-failed' | 'engine-unavailable') => () =>
  Promise.reject(new MicropushError(code, `${code} in a test`))

describe('waking', () => {
  it('starts a cold one once for all that wait, and gives each the socket', async () => {
    expect(await Promise.all([1, 2, 3].map(() => fleet.wake('live')))).toEqual(Array(3).fill('/s1/app.sock'))
    expect(did).toEqual(['start s1'])
    expect(fleet.awake()).toEqual([{ deploymentId: 'live', socket: '/s1/app.sock' }])
  })

  it('thaws a frozen one', async () => {
    await fleet.wake('live')
    await fleet.sleep('live')
    expect(fleet.temperature('live')).toBe('frozen')
    expect(fleet.awake()).toEqual([])
    expect(await fleet.wake('live')).toBe('/s1/app.sock')
    expect(did).toEqual(['start s1', 'freeze s1', 'thaw s1'])
  })

  it('starts anew what cannot be thawed, and ends the old sandbox before', async () => {
    await fleet.wake('live')
    await fleet.sleep('live')
    instead['thaw'] = fails('engine-unavailable')
    expect(await fleet.wake('live')).toBe('/s2/app.sock')
    expect(did.slice(2)).toEqual(['thaw s1', 'destroy s1', 'start s2'])
    expect(problems).toHaveLength(1)
  })

  it('comes after the sleep that has begun', async () => {
    await fleet.wake('live')
    const begun = Promise.withResolvers<void>()
    const frozen = Promise.withResolvers<void>()
    instead['freeze'] = () => {
      begun.resolve()
      return frozen.promise
    }
    const sleep = fleet.sleep('live')
    await begun.promise
    const wake = fleet.wake('live')
    frozen.resolve()
    await sleep
    expect(await wake).toBe('/s1/app.sock')
    expect(did).toEqual(['start s1', 'freeze s1', 'thaw s1'])
    expect(fleet.temperature('live')).toBe('hot')
  })

  it('does not wait for another deployment', async () => {
    const begun = Promise.withResolvers<void>()
    instead['start'] = () => begun.promise
    const slow = fleet.wake('live')
    await vi.advanceTimersByTimeAsync(0)
    expect(await fleet.wake('other')).toBe('/s2/app.sock')
    begun.resolve()
    expect(await slow).toBe('/s1/app.sock')
  })

  it('keeps nothing in mind of an id that nobody knows', async () => {
    instead['start'] = () => Promise.reject(new MicropushError('internal', 'This deployment is no longer kept.'))
    await expect(fleet.wake('made-up')).rejects.toThrow('no longer kept')
    expect(fleet.pauseSeconds('made-up')).toBe(0)
    expect(fleet.sandbox('made-up')).toBeUndefined()
  })
})

describe('a micro that crashes', () => {
  const crash = async () => {
    const sandbox = fleet.sandbox('live')
    expect(await fleet.lost('live', sandbox?.containerId ?? '')).toBe(true)
  }

  it('is told of before what is left of it is taken away, and only when it was not the fleet that ended it', async () => {
    await fleet.wake('live')
    const containerId = fleet.sandbox('live')?.containerId ?? ''
    await fleet.lost('live', containerId, () => did.push('told'))
    await fleet.lost('live', containerId, () => did.push('told again'))
    expect(did).toEqual(['start s1', 'told', 'destroy s1'])
  })

  it('is started again at once the first time, and later and later after that', async () => {
    const pauses = []
    for (let n = 0; n < 6; n += 1) {
      await fleet.wake('live')
      await crash()
      pauses.push(fleet.pauseSeconds('live'))
      await vi.advanceTimersByTimeAsync(fleet.pauseSeconds('live') * 1000)
    }
    expect(pauses).toEqual([0, 1, 5, 15, 60, 60])
  })

  it('is refused with the time of the next try while it is paused', async () => {
    for (let n = 0; n < 3; n += 1) {
      await vi.advanceTimersByTimeAsync(fleet.pauseSeconds('live') * 1000)
      await fleet.wake('live')
      await crash()
    }
    await expect(fleet.wake('live')).rejects.toThrow('the next try is in 5 s')
    await vi.advanceTimersByTimeAsync(5000)
    expect(await fleet.wake('live')).toBe('/s4/app.sock')
  })

  it('begins a new row after it ran for long', async () => {
    for (let n = 0; n < 3; n += 1) {
      await vi.advanceTimersByTimeAsync(fleet.pauseSeconds('live') * 1000)
      await fleet.wake('live')
      if (n === 2) await vi.advanceTimersByTimeAsync(61_000)
      await crash()
    }
    expect(fleet.pauseSeconds('live')).toBe(0)
  })

  it('counts a start that fails by its own fault, and none that fails by ours', async () => {
    for (const code of ['engine-unavailable', 'start-failed', 'start-failed'] as const) {
      instead['start'] = fails(code)
      await expect(fleet.wake('live')).rejects.toThrow(code)
    }
    expect(fleet.pauseSeconds('live')).toBe(1)
  })
})

describe('sleep', () => {
  it('ends at once what is no longer in production', async () => {
    await fleet.wake('older')
    await fleet.sleep('older')
    expect(did).toEqual(['start s1', 'destroy s1'])
    expect(fleet.temperature('older')).toBe('cold')
  })

  it('lets a frozen one go after a while, but not when it was woken meanwhile', async () => {
    await fleet.wake('live')
    await fleet.sleep('live')
    await vi.advanceTimersByTimeAsync(59_000)
    await fleet.wake('live')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(fleet.temperature('live')).toBe('hot')
    await fleet.sleep('live')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(fleet.temperature('live')).toBe('cold')
    expect(did.at(-1)).toBe('destroy s1')
  })

  it('also lets go after a while what a former engine froze', async () => {
    fleet.adopt(sandboxOf('live'), 'frozen')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(did).toEqual(['destroy s1'])
  })

  it('does nothing to what it does not know', async () => {
    await fleet.sleep('nobody')
    expect(did).toEqual([])
  })

  it('leaves one hot that could not be frozen', async () => {
    await fleet.wake('live')
    instead['freeze'] = fails('engine-unavailable')
    await expect(fleet.sleep('live')).rejects.toThrow('engine-unavailable')
    expect(fleet.temperature('live')).toBe('hot')
  })
})

describe('a replaced one', () => {
  it('is let go when it is frozen, and serves on when it runs', async () => {
    fleet.adopt(sandboxOf('live'), 'frozen')
    fleet.adopt(sandboxOf('busy'), 'hot')
    kept.delete('live')
    await fleet.letGo('live')
    await fleet.letGo('busy')
    expect(did).toEqual(['destroy s1'])
    expect(fleet.temperature('busy')).toBe('hot')
  })

  it('keeps its frozen sandbox when it is back in production by then', async () => {
    fleet.adopt(sandboxOf('live'), 'frozen')
    await fleet.letGo('live')
    expect(did).toEqual([])
  })
})

describe('the end of a sandbox', () => {
  it('is no crash when it was the fleet that ended it', async () => {
    await fleet.wake('live')
    const containerId = fleet.sandbox('live')?.containerId ?? ''
    await fleet.destroy('live')
    expect(await fleet.lost('live', containerId)).toBe(false)
    expect(fleet.pauseSeconds('live')).toBe(0)
  })

  it('of an older sandbox says nothing about the newer one', async () => {
    await fleet.wake('live')
    expect(await fleet.lost('live', 'c-other')).toBe(false)
    expect(fleet.temperature('live')).toBe('hot')
  })

  it('comes after a start that is under way, so that no sandbox is left without an owner', async () => {
    const begun = Promise.withResolvers<void>()
    instead['start'] = () => begun.promise
    const wake = fleet.wake('live')
    const destroy = fleet.destroy('live')
    begun.resolve()
    expect(await wake).toBe('/s1/app.sock')
    await destroy
    expect(did).toEqual(['start s1', 'destroy s1'])
    expect(fleet.awake()).toEqual([])
  })

  it('that could not be brought about is tried again before anything else', async () => {
    await fleet.wake('live')
    instead['destroy'] = fails('engine-unavailable')
    await expect(fleet.destroy('live')).rejects.toThrow('engine-unavailable')
    expect(fleet.awake()).toEqual([])
    expect(await fleet.wake('live')).toBe('/s2/app.sock')
    expect(did).toEqual(['start s1', 'destroy s1', 'destroy s1', 'start s2'])
  })

  it('asked for again after it failed ends it', async () => {
    await fleet.wake('live')
    instead['destroy'] = fails('engine-unavailable')
    await expect(fleet.destroy('live')).rejects.toThrow()
    await fleet.destroy('live')
    expect(did).toEqual(['start s1', 'destroy s1', 'destroy s1'])
    expect(fleet.sandbox('live')).toBeUndefined()
  })
})

describe('a sandbox that is put into the place of another one', () => {
  const yes = () => Promise.resolve(true)

  it('is the one to dial, and the former one is given back for its last requests', async () => {
    const former = sandboxOf('live')
    const fresh = sandboxOf('live')
    fleet.adopt(former, 'hot')
    expect(await fleet.replace(fresh, yes)).toEqual({ former })
    expect(await fleet.wake('live')).toBe(fresh.socket)
    expect(did).toEqual([])
  })

  it('is not frozen, nor ended, for what happens to the former one', async () => {
    const former = sandboxOf('live')
    const fresh = sandboxOf('live')
    fleet.adopt(former, 'frozen')
    await fleet.replace(fresh, yes)
    await fleet.sleep('live', former.socket)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await fleet.lost('live', former.containerId)).toBe(false)
    expect(fleet.temperature('live')).toBe('hot')
    await fleet.sleep('live', fresh.socket)
    expect(did).toEqual([`freeze ${fresh.id}`])
  })

  it('is ended when the deployment was ended meanwhile', async () => {
    const fresh = sandboxOf('live')
    expect(await fleet.replace(fresh, () => Promise.resolve(false))).toBeUndefined()
    expect(did).toEqual([`destroy ${fresh.id}`])
    expect(fleet.sandbox('live')).toBeUndefined()
  })

  it('ends the pause of one that crashed again and again', async () => {
    instead['start'] = () => Promise.reject(new MicropushError('start-failed', 'It broke.'))
    await fleet.wake('live').catch(() => {})
    instead['start'] = () => Promise.reject(new MicropushError('start-failed', 'It broke.'))
    await fleet.wake('live').catch(() => {})
    expect(fleet.pauseSeconds('live')).toBeGreaterThan(0)
    await fleet.replace(sandboxOf('live'), yes)
    expect(fleet.pauseSeconds('live')).toBe(0)
  })
})
