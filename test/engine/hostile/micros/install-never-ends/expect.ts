import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { processesOf } from '../../support/gone.ts'
import { seeBuilder } from '../../support/live-builder.ts'

export default {
  does: 'installs for ever',
  deployed: 'attack',
  async contained({ push, end, stack }) {
    const pushed = push()
    const builder = await seeBuilder(stack)
    await end()
    expect(await pushed).toMatchObject({ state: 'error', description: 'Cancelled' })
    expect(await processesOf(builder)).toEqual([])
    expect(await stack.leftovers()).toMatchObject({ builders: [], work: [] })
  },
} satisfies Hostile
