import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'takes memory for ever in its build',
  deployed: 'attack',
  async contained({ push, stack }) {
    const { state, description } = await push()
    expect(`${state}: ${description}`).toBe('failure: The build needed more than 2048 MB of memory.')
    expect(await stack.leftovers()).toMatchObject({ builders: [], work: [] })
  },
} satisfies Hostile
