import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'fills the disk from its install script',
  deployed: 'attack',
  async contained({ push, stack }) {
    const { state, description } = await push()
    expect(`${state}: ${description}`).toMatch(/^failure: The dependencies take \d+ MB, and 20 MB are allowed/)
    // It was stopped on the way: a hundred gigabytes were asked for.
    expect(Number(/take (\d+) MB/.exec(description)?.[1])).toBeLessThan(4000)
    expect(await stack.leftovers()).toMatchObject({ builders: [], work: [] })
  },
} satisfies Hostile
