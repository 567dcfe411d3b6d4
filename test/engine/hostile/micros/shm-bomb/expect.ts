import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'fills /dev/shm with bytes and with files',
  deployed: 'beforehand',
  async contained({ attack, alive, isolation }) {
    const came = (await attack('/attack')) as { bytes: string; files: string; megabytes: number; made: number }
    expect(came.bytes).toBe('ENOSPC')
    expect(came.megabytes).toBeLessThanOrEqual(16)
    // gVisor's own kernel keeps these files in the sandbox's memory, which is what bounds them there.
    expect(came.files).toBe(isolation === 'runc' ? 'ENOSPC' : 'done')
    if (isolation === 'runc') expect(came.made).toBeLessThanOrEqual(4096)
    await alive()
  },
} satisfies Hostile
