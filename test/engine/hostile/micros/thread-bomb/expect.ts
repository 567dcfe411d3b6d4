import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'starts threads for ever',
  deployed: 'beforehand',
  async contained({ attack, alive }) {
    const came = (await attack('/attack')) as { started: number; then: string }
    expect(came.then).toMatch(/can't start new thread/)
    expect(came.started).toBeGreaterThan(900)
    expect(came.started).toBeLessThan(1024)
    await alive()
  },
} satisfies Hostile
