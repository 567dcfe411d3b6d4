import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'accepts connections and never says a word',
  deployed: 'beforehand',
  async contained({ attack, ask, alive }) {
    await alive()
    await attack('/attack')
    const startMs = performance.now()
    expect((await ask()).status).toBe(504)
    expect(performance.now() - startMs).toBeLessThan(5000)
  },
} satisfies Hostile
