import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'hides memory in files without a name',
  deployed: 'beforehand',
  async contained({ ask, alive }) {
    expect((await ask('/attack')).status).toBe(502)
    await alive()
  },
} satisfies Hostile
