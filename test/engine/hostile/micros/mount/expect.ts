import type { Hostile } from '../../support/hostile.ts'
import { expectRefused } from '../../support/refused.ts'

export default {
  does: 'mounts, unmounts and moves file systems',
  deployed: 'beforehand',
  telling: true,
  async contained({ attack, alive, isolation }) {
    expectRefused(await attack('/attack'), 'EPERM', isolation === 'gvisor' ? { mount_setattr: 'ENOSYS' } : {})
    await alive()
  },
} satisfies Hostile
