import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { expectGone } from '../../support/gone.ts'

export default {
  does: 'keeps all processors busy and never answers',
  deployed: 'beforehand',
  async contained({ ask, alive, container }) {
    const stuck = await container()
    expect((await ask('/attack')).status).toBe(504)
    // It is not waited for: it is ended, its children with it, and the next visitor finds another one.
    await alive()
    await expectGone(stuck)
  },
} satisfies Hostile
