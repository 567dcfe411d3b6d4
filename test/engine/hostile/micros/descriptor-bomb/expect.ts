import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'opens files for ever',
  deployed: 'beforehand',
  async contained({ attack, alive }) {
    const came = (await attack('/attack')) as { opened: number; then: string }
    expect(came.then).toBe('EMFILE')
    expect(came.opened).toBeGreaterThan(8000)
    expect(came.opened).toBeLessThan(8192)
    await alive()
  },
} satisfies Hostile
