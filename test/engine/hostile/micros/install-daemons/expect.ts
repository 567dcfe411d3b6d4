import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { processesOf } from '../../support/gone.ts'
import { seeBuilder } from '../../support/live-builder.ts'

export default {
  does: 'leaves daemons of its install script behind',
  deployed: 'attack',
  async contained({ push, attack, stack }) {
    const pushed = push()
    const builder = await seeBuilder(stack)
    expect((await pushed).description).toMatch(/^Live/)
    expect(await attack('/found')).toEqual({ begun: 5 })
    expect(await processesOf(builder)).toEqual([])
    expect(await stack.leftovers()).toMatchObject({ builders: [], work: [] })
    // They wrote into their own builder's folders, which are gone, and not into what is served.
    const lines = await attack('/late')
    await pause(300)
    expect(await attack('/late')).toEqual(lines)
  },
} satisfies Hostile
