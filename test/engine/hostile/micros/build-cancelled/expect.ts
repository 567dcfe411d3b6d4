import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { expectBuilderGone, seeBuilder } from '../../support/live-builder.ts'
import { tasksOf } from '../../support/tasks.ts'

export default {
  does: 'forks for ever in a build that is cancelled',
  deployed: 'attack',
  async contained({ push, end, stack }) {
    const pushed = push()
    const builder = await seeBuilder(stack)
    await expect.poll(async () => (await tasksOf(builder.id)).now, { timeout: 20_000 }).toBeGreaterThan(1500)
    await end()
    expect(await pushed).toMatchObject({ state: 'error', description: 'Cancelled' })
    await expectBuilderGone(stack, builder)
  },
} satisfies Hostile
