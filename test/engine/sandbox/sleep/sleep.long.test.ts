import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Sandbox } from '../../../../runner/sandbox/sandbox.ts'
import type { Mechanism } from '../../../../runner/sandbox/sleep/freezer.ts'
import { isolationsHere, openStage, type Stage } from '../stage.ts'
import { cycle, echo, freezersOf, send } from './sleepers.ts'

const SANDBOXES = 4
const CYCLES = { 'cgroup-v1': 10_000, 'cgroup-v2': 10_000, sentry: 10_000, docker: 200 } as const
const MECHANISMS = { runc: ['cgroup-v1', 'cgroup-v2', 'docker'], gvisor: ['sentry', 'docker'] } as const

describe.each(await isolationsHere())('sleeping thousands of times under %s', (isolation) => {
  let stage: Stage
  let sandboxes: Sandbox[]
  beforeAll(async () => {
    stage = await openStage(isolation)
    sandboxes = await Promise.all(Array.from({ length: SANDBOXES }, () => stage.start(echo)))
  })
  afterAll(() => stage.close())

  test.each<Mechanism>([...MECHANISMS[isolation]])(
    'loses no request that waits for the thaw: %s',
    async (mechanism) => {
      const freezers = freezersOf(stage, mechanism)
      const [first] = sandboxes
      const used = first === undefined ? undefined : await freezers.mechanism(first)
      if (used !== mechanism && mechanism.startsWith('cgroup')) {
        // A machine has the freezer of v1, that of v2, or both.
        console.warn(`NOT RUN: ${mechanism}, because this machine does not have it`)
        return
      }
      expect(used).toBe(mechanism)
      const counted = () => Promise.all(sandboxes.map(async (one) => Number(await (await send(one, '/count')).answer)))
      const before = await counted()
      const count = CYCLES[mechanism] / SANDBOXES
      const wrong = await Promise.all(sandboxes.map((one) => cycle(freezers, one, { from: 0, count })))
      expect(wrong.flat()).toEqual([])
      expect(await counted()).toEqual(before.map((sum) => sum + count))
      for (const { containerId } of sandboxes) freezers.forget(containerId)
    },
  )
})
