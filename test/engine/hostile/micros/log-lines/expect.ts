import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { expectLogsBounded } from '../../support/logs-bounded.ts'

export default {
  does: 'prints 100 MB of lines',
  deployed: 'beforehand',
  async contained({ attack, alive, container }) {
    await attack('/attack')
    // It answers while it prints, and all of it is printed.
    await alive()
    await expect.poll(() => attack('/left'), { timeout: 60_000 }).toBe(0)
    await expectLogsBounded(await container())
    await alive()
  },
} satisfies Hostile
