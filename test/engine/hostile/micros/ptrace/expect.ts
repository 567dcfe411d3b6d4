import type { Hostile } from '../../support/hostile.ts'
import { expectRefused } from '../../support/refused.ts'

export default {
  does: 'looks into its first process, as a debugger would',
  deployed: 'beforehand',
  telling: true,
  async contained({ attack, alive, isolation }) {
    expectRefused(await attack('/attack'), 'EPERM', {
      memory: 'EACCES',
      environment: 'EACCES',
      // gVisor lists the numbers; what they stand for is not to be had.
      descriptors: isolation === 'gvisor' ? ['done', 'EACCES'] : 'EACCES',
    })
    await alive()
  },
} satisfies Hostile
