import { beforeEach, expect, it } from 'vitest'
import { fails, gate, settle, stageFleet, type FleetStage } from './stage.ts'

let stage: FleetStage
beforeEach(() => {
  stage = stageFleet()
})

const yes = () => Promise.resolve(true)

it('the new sandbox is the one to dial, and the former one ends when it has finished its last requests', async () => {
  const { did, fleet, instead, sandboxOf, told, wake } = stage
  await wake('live')
  const { open, pass } = gate()
  instead['drain'] = pass
  const replaced = await fleet.replace(sandboxOf('live'), yes)
  expect(told.get('live')).toEqual(['s2'])
  expect(await wake('live')).toBe('/s2/app.sock')
  expect(replaced?.former.map(({ id }) => id)).toEqual(['s1'])
  expect(did).toEqual(['start s1', 'drain s1'])
  open()
  await replaced?.ended
  expect(did.at(-1)).toBe('destroy s1')
})

it('a frozen one is thawed for the request that may be in its socket already', async () => {
  const { did, fleet, rest, sandboxOf, wake } = stage
  await wake('live')
  await rest('live')
  const replaced = await fleet.replace(sandboxOf('live'), yes)
  await replaced?.ended
  await settle()
  expect(did.slice(2)).toEqual(['thaw s1', 'destroy s1', 'freeze s2'])
})

it('a frozen one that cannot be thawed is not waited for', async () => {
  const { did, fleet, instead, problems, rest, sandboxOf, wake } = stage
  await wake('live')
  await rest('live')
  instead['thaw'] = fails('engine-unavailable')
  instead['drain'] = (signal) => new Promise((resolve) => signal?.addEventListener('abort', resolve))
  const replaced = await fleet.replace(sandboxOf('live'), yes)
  await replaced?.ended
  expect(did).toContain('destroy s1')
  expect(problems).toHaveLength(1)
})

it('the new one is not ended for what happens to the former one', async () => {
  const { fleet, gateway, sandboxOf, wake } = stage
  await wake('live')
  const replaced = await fleet.replace(sandboxOf('live'), yes)
  await replaced?.ended
  expect(await fleet.lost('live', 'c-s1')).toBe(false)
  expect(fleet.temperature('live')).toBe('hot')
  fleet.idle('live', gateway)
  await settle()
  expect([fleet.temperature('live'), fleet.pauseSeconds('live')]).toEqual(['frozen', 0])
})

it('all of several are replaced', async () => {
  const { did, fleet, sandboxOf, told } = stage
  fleet.adopt(sandboxOf('live'), 'hot')
  fleet.adopt(sandboxOf('live'), 'hot')
  const replaced = await fleet.replace(sandboxOf('live'), yes)
  await replaced?.ended
  expect(told.get('live')).toEqual(['s3'])
  expect(did.toSorted()).toEqual(['destroy s1', 'destroy s2'])
})

it('the new one is ended when the deployment was ended meanwhile', async () => {
  const { did, fleet, sandboxOf } = stage
  expect(await fleet.replace(sandboxOf('live'), () => Promise.resolve(false))).toBeUndefined()
  expect(did).toEqual(['destroy s1'])
  expect(fleet.sandbox('live')).toBeUndefined()
})

it('the pause of one that crashed again and again ends', async () => {
  const { fleet, instead, sandboxOf, wake } = stage
  for (let n = 0; n < 2; n += 1) {
    instead['start'] = fails('start-failed')
    await wake('live').catch(() => {})
  }
  expect(fleet.pauseSeconds('live')).toBeGreaterThan(0)
  await fleet.replace(sandboxOf('live'), yes)
  expect(fleet.pauseSeconds('live')).toBe(0)
})

it('when the engine goes down, what the former one has begun goes on', async () => {
  const { did, fleet, instead, sandboxOf, wake } = stage
  await wake('live')
  instead['drain'] = (signal) => new Promise((resolve) => signal?.addEventListener('abort', resolve))
  const replaced = await fleet.replace(sandboxOf('live'), yes)
  fleet.close()
  await replaced?.ended
  expect(did).toEqual(['start s1', 'drain s1'])
})
