import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'takes memory for ever',
  deployed: 'beforehand',
  telling: true,
  async contained({ ask, alive, isolation }) {
    const { status, body } = await ask('/attack')
    expect(status).toBe(502)
    // Under gVisor it is its whole kernel that is ended.
    if (isolation === 'runc') expect(body).toMatch(/memory/)
    await alive()
  },
} satisfies Hostile
