import type { Hostile } from '../../support/hostile.ts'
import { expectRefused } from '../../support/refused.ts'

export default {
  does: 'loads programs into the kernel, and listens to its events',
  deployed: 'beforehand',
  async contained({ attack, alive, isolation }) {
    const gvisor = { perf_event_open: 'ENODEV', userfaultfd: 'ENOSYS' }
    expectRefused(await attack('/attack'), 'EPERM', isolation === 'gvisor' ? gvisor : {})
    await alive()
  },
} satisfies Hostile
