import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { processesOf } from '../../support/gone.ts'
import { seeBuilder } from '../../support/live-builder.ts'
import { tasksOf } from '../../support/tasks.ts'

export default {
  does: 'forks for ever in its build',
  deployed: 'attack',
  async contained({ push, end, stack }) {
    const pushed = push()
    const builder = await seeBuilder(stack)
    await expect.poll(async () => (await tasksOf(builder.id)).now, { timeout: 30_000 }).toBeGreaterThan(1500)
    const { now, limit } = await tasksOf(builder.id)
    expect(now).toBeLessThanOrEqual(limit)
    await end()
    expect(await pushed).toMatchObject({ state: 'error', description: 'Cancelled' })
    // What it started is killed and taken away after the word was given.
    await expect.poll(() => processesOf(builder), { timeout: 120_000, interval: 1000 }).toEqual([])
    await expect.poll(() => stack.leftovers(), { timeout: 20_000 }).toMatchObject({ builders: [], work: [] })
  },
} satisfies Hostile
