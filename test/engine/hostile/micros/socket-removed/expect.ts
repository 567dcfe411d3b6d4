import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'removes its socket',
  deployed: 'beforehand',
  async contained({ attack, alive }) {
    expect(await attack('/attack')).toEqual([])
    // Its real socket goes on under the name that the gateway knows.
    for (let count = 0; count < 5; count += 1) await alive()
  },
} satisfies Hostile
