import type { Hostile } from '../../support/hostile.ts'
import { expectRefused } from '../../support/refused.ts'

export default {
  does: 'asks the kernel for an io_uring',
  deployed: 'beforehand',
  async contained({ attack, alive, isolation }) {
    expectRefused(await attack('/attack'), isolation === 'gvisor' ? 'ENOSYS' : 'EPERM')
    await alive()
  },
} satisfies Hostile
