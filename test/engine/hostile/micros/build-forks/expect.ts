import { expect } from 'vitest'
import { BUILDER_SECONDS, type Hostile } from '../../support/hostile.ts'
import { expectBuilderGone, seeBuilder } from '../../support/live-builder.ts'
import { tasksOf } from '../../support/tasks.ts'

export default {
  does: 'forks for ever in its build',
  deployed: 'attack',
  async contained({ push, stack }) {
    const pushed = push()
    const builder = await seeBuilder(stack)
    await expect.poll(async () => (await tasksOf(builder.id)).now, { timeout: 20_000 }).toBeGreaterThan(1500)
    const { now, limit } = await tasksOf(builder.id)
    expect(now).toBeLessThanOrEqual(limit)
    // Its shell gives up by itself when even its own next process is refused.
    const message = new RegExp(`took longer than ${BUILDER_SECONDS} s and was stopped|Cannot fork`)
    expect(await pushed).toMatchObject({ state: 'failure', description: expect.stringMatching(message) })
    await expectBuilderGone(stack, builder)
  },
} satisfies Hostile
