import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'fills /tmp with empty files',
  deployed: 'beforehand',
  async contained({ attack, alive }) {
    const came = (await attack('/attack')) as { then: string; files: number }
    expect(came.then).toBe('ENOSPC')
    expect(came.files).toBeGreaterThan(60_000)
    expect(came.files).toBeLessThan(66_000)
    await alive()
  },
} satisfies Hostile
