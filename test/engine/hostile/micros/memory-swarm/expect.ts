import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'has its children take the memory',
  deployed: 'beforehand',
  async contained({ ask, alive }) {
    const { status, body } = await ask('/attack')
    if (status === 200) expect((JSON.parse(body) as { killed: number }).killed).toBeGreaterThan(0)
    // The app itself may be the one that the kernel chose.
    else expect(status).toBe(502)
    await alive()
  },
} satisfies Hostile
