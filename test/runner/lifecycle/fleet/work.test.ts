import { beforeEach, describe, expect, it } from 'vitest'
import { gate, settle, stageFleet, type FleetStage } from './stage.ts'

let stage: FleetStage
beforeEach(() => {
  stage = stageFleet()
})

/** Work after the last answer that goes on until it is told to stop, or finished. */
function working() {
  const { begun, open, pass } = gate()
  stage.instead['quiet'] = (signal) => {
    signal?.addEventListener('abort', open)
    return pass()
  }
  return { begun, finish: open }
}

describe('work after the last answer', () => {
  it('is finished before the sandbox is frozen', async () => {
    await stage.wake('live')
    const { begun, finish } = working()
    const sleep = stage.rest('live')
    await begun
    expect(stage.did).toEqual(['start s1', 'quiet s1'])
    finish()
    await sleep
    expect(stage.did.at(-1)).toBe('freeze s1')
  })

  it('keeps no request waiting: it gets the sandbox as it is, and the sleep is given up', async () => {
    await stage.wake('live')
    const { begun } = working()
    const sleep = stage.rest('live')
    await begun
    expect(await stage.wake('live')).toBe('/s1/app.sock')
    await sleep
    await settle()
    expect(stage.did).toEqual(['start s1', 'quiet s1'])
    expect(stage.fleet.temperature('live')).toBe('hot')
  })

  it('is not waited for when a request waits already', async () => {
    const start = gate()
    stage.instead['start'] = start.pass
    const first = stage.wake('live')
    working()
    const sleep = stage.fleet.sleep('live')
    const second = stage.wake('live')
    start.open()
    await Promise.all([first, sleep, second])
    expect(stage.did).toEqual(['start s1'])
  })

  it('is given up when the sandbox is to end, or has ended', async () => {
    await stage.wake('live')
    const { begun } = working()
    const sleep = stage.rest('live')
    await begun
    expect(await stage.fleet.lost('live', 'c-s1')).toBe(true)
    await sleep
    expect(stage.did).toEqual(['start s1', 'quiet s1', 'destroy s1'])
  })

  it('that was given up for what was no wake is waited for again, so that nothing stays awake for nobody', async () => {
    await stage.wake('live')
    const { begun } = working()
    const sleep = stage.rest('live')
    await begun
    expect(await stage.fleet.lost('live', 'c-other')).toBe(false)
    await sleep
    await settle()
    expect(stage.fleet.temperature('live')).toBe('frozen')
  })

  it('of a sandbox that goes away is finished before it is ended', async () => {
    const { did, fleet, sandboxOf, wake } = stage
    await wake('live')
    const { begun, finish } = working()
    const replaced = await fleet.replace(sandboxOf('live'), () => Promise.resolve(true))
    await begun
    expect(did).toEqual(['start s1', 'quiet s1'])
    finish()
    await replaced?.ended
    expect(did.at(-1)).toBe('destroy s1')
  })
})
