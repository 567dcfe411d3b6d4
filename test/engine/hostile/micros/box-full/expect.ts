import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'fills the folder that it shares with the host',
  deployed: 'beforehand',
  telling: true,
  async contained({ attack, alive, isolation }) {
    const came = (await attack('/attack')) as { made: number; written: number }
    expect(came).toMatchObject({
      files: 'ENOSPC',
      folders: 'ENOSPC',
      cleared: 'done',
      bytes: 'ENOSPC',
      // gVisor does not know that the host's mount is `noexec`; nor is /tmp.
      program: isolation === 'runc' ? 'EACCES' : expect.stringMatching(/^(EACCES|done)$/),
    })
    expect(came.made).toBeLessThan(16)
    expect(came.written).toBeLessThanOrEqual(64 * 1024)
    await alive()
  },
} satisfies Hostile
