import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'announces more than it sends',
  deployed: 'beforehand',
  async contained({ ask, alive }) {
    // Cut off, which no client takes for the end.
    await expect(ask('/attack')).rejects.toThrow(/aborted|hang up|ECONNRESET/)
    await alive()
  },
} satisfies Hostile
