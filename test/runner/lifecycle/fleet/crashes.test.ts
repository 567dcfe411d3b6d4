import { beforeEach, expect, it, vi } from 'vitest'
import { fails, settle, stageFleet, type FleetStage } from './stage.ts'

let stage: FleetStage
beforeEach(() => {
  stage = stageFleet()
})

const crash = async () => {
  const { fleet } = stage
  expect(await fleet.lost('live', fleet.sandbox('live')?.containerId ?? '')).toBe(true)
}
const passPause = () => vi.advanceTimersByTimeAsync(stage.fleet.pauseSeconds('live') * 1000)

it('a crash is told of before what is left of the sandbox is taken away, and only when it was not the fleet that ended it', async () => {
  const { did, fleet, told, wake } = stage
  await wake('live')
  await fleet.lost('live', 'c-s1', ({ socket }) => did.push(`told ${socket}`))
  await fleet.lost('live', 'c-s1', () => did.push('told again'))
  expect(did).toEqual(['start s1', 'told /s1/app.sock', 'destroy s1'])
  expect(told.get('live')).toEqual([])
})

it('one that crashes is started again at once the first time, and later and later after that', async () => {
  const pauses = []
  for (let n = 0; n < 6; n += 1) {
    await stage.wake('live')
    await crash()
    pauses.push(stage.fleet.pauseSeconds('live'))
    await passPause()
  }
  expect(pauses).toEqual([0, 1, 5, 15, 60, 60])
})

it('one that is paused is refused with the time of the next try', async () => {
  for (let n = 0; n < 3; n += 1) {
    await passPause()
    await stage.wake('live')
    await crash()
  }
  await expect(stage.wake('live')).rejects.toThrow('the next try is in 5 s')
  await vi.advanceTimersByTimeAsync(5000)
  expect(await stage.wake('live')).toBe('/s4/app.sock')
})

it('a new row begins after it ran for long', async () => {
  for (let n = 0; n < 3; n += 1) {
    await passPause()
    await stage.wake('live')
    if (n === 2) await vi.advanceTimersByTimeAsync(61_000)
    await crash()
  }
  expect(stage.fleet.pauseSeconds('live')).toBe(0)
})

it('a start that fails by its own fault counts, and none that fails by ours', async () => {
  const { fleet, instead, wake } = stage
  for (const code of ['engine-unavailable', 'start-failed', 'start-failed'] as const) {
    instead['start'] = fails(code)
    await expect(wake('live')).rejects.toThrow(code)
  }
  expect(fleet.pauseSeconds('live')).toBe(1)
})

it('one that ends while it is frozen is started anew', async () => {
  const { did, fleet, rest, wake } = stage
  await wake('live')
  await rest('live')
  await crash()
  expect(fleet.temperature('live')).toBe('cold')
  await settle()
  expect(await wake('live')).toBe('/s2/app.sock')
  expect(did).toEqual(['start s1', 'freeze s1', 'destroy s1', 'start s2'])
})
