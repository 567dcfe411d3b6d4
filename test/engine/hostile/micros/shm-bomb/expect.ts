import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'fills /dev/shm with bytes and with files',
  deployed: 'beforehand',
  async contained({ attack, alive }) {
    const came = (await attack('/attack')) as { bytes: string; megabytes: number }
    console.log(came)
    expect(came).toMatchObject({ bytes: 'ENOSPC' })
    expect(came.megabytes).toBeLessThanOrEqual(16)
    await alive()
  },
} satisfies Hostile
