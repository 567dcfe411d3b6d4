import { beforeEach, describe, expect, it } from 'vitest'
import { createFleet, type Fleet } from '../../../runner/lifecycle/fleet.ts'

let did: string[]
let fleet: Fleet
/** What a sandbox still does after its last answer. */
let work: (signal: AbortSignal) => Promise<void>
/** Delays the next start. */
let started: Promise<void>

beforeEach(() => {
  did = []
  work = () => Promise.resolve()
  started = Promise.resolve()
  const act = (what: string) => async () => void did.push(what)
  fleet = createFleet({
    actions: {
      start: async (deploymentId) => {
        await act('start')()
        await started
        return {
          id: 's1',
          containerId: 'c-s1',
          deploymentId,
          socket: '/s1/app.sock',
          isolation: 'runc',
          startedBy: 'plain',
          startedAtMs: Date.now(),
        }
      },
      quiet: (_sandbox, signal) => work(signal),
      freeze: act('freeze'),
      thaw: act('thaw'),
      destroy: act('destroy'),
    },
    evictMs: 60_000,
    keep: (id) => id === 'live',
    onProblem: () => {},
  })
  return () => fleet.close()
})

describe('work after the last answer', () => {
  /** Goes on until it is told to stop, or finished. */
  function working(): { readonly finish: () => void; readonly begun: Promise<void> } {
    const [begun, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    work = (signal) => {
      signal.addEventListener('abort', () => done.resolve())
      begun.resolve()
      return done.promise
    }
    return { finish: done.resolve, begun: begun.promise }
  }

  it('is finished before the sandbox is frozen', async () => {
    await fleet.wake('live')
    const { finish, begun } = working()
    const sleep = fleet.sleep('live')
    await begun
    expect(did).toEqual(['start'])
    finish()
    await sleep
    expect(did).toEqual(['start', 'freeze'])
  })

  it('is finished before a replaced one is ended', async () => {
    await fleet.wake('older')
    const { finish, begun } = working()
    const sleep = fleet.sleep('older')
    await begun
    expect(did).toEqual(['start'])
    finish()
    await sleep
    expect(did).toEqual(['start', 'destroy'])
  })

  it('keeps no request waiting: it gets the sandbox as it is, and the sleep is given up', async () => {
    await fleet.wake('live')
    const { begun } = working()
    const sleep = fleet.sleep('live')
    await begun
    expect(await fleet.wake('live')).toBe('/s1/app.sock')
    await sleep
    expect(did).toEqual(['start'])
    expect(fleet.temperature('live')).toBe('hot')
  })

  it('is not waited for when a request waits already', async () => {
    const start = Promise.withResolvers<void>()
    started = start.promise
    const first = fleet.wake('live')
    working()
    const sleep = fleet.sleep('live')
    const second = fleet.wake('live')
    start.resolve()
    await Promise.all([first, sleep, second])
    expect(did).toEqual(['start'])
  })

  it('is given up when the sandbox is to end, or has ended', async () => {
    await fleet.wake('live')
    const { begun } = working()
    const sleep = fleet.sleep('live')
    await begun
    expect(await fleet.lost('live', 'c-s1')).toBe(true)
    await sleep
    expect(did).toEqual(['start', 'destroy'])
  })

  it('is looked at anew when the micro is idle the next time', async () => {
    await fleet.wake('live')
    const first = working()
    const sleep = fleet.sleep('live')
    await first.begun
    await fleet.wake('live')
    await sleep
    work = () => Promise.resolve()
    await fleet.sleep('live')
    expect(did).toEqual(['start', 'freeze'])
  })
})
