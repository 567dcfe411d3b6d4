import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'fills /tmp with bytes',
  deployed: 'beforehand',
  async contained({ attack, alive }) {
    const came = (await attack('/attack')) as { megabytes: number }
    expect(came).toMatchObject({ 'one file': 'ENOSPC', 'two files': 'ENOSPC', filled: 'ENOSPC', sparse: 'done' })
    expect(came.megabytes).toBeGreaterThan(60)
    expect(came.megabytes).toBeLessThanOrEqual(64)
    await alive()
  },
} satisfies Hostile
