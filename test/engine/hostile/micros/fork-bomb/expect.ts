import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { expectGone } from '../../support/gone.ts'
import { tasksOf } from '../../support/tasks.ts'

export default {
  does: 'forks for ever',
  deployed: 'beforehand',
  telling: true,
  async contained({ attack, container, end }) {
    const bombing = await container()
    await attack('/attack')
    // It goes off, and stops at its limit.
    await expect.poll(async () => (await tasksOf(bombing.id)).now, { timeout: 20_000 }).toBeGreaterThan(900)
    const { now, limit } = await tasksOf(bombing.id)
    expect(now).toBeLessThanOrEqual(limit)
    await end()
    await expectGone(bombing)
  },
} satisfies Hostile
