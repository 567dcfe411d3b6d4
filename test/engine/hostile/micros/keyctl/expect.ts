import type { Hostile } from '../../support/hostile.ts'
import { expectRefused } from '../../support/refused.ts'

export default {
  does: 'reads the keys that the kernel keeps',
  deployed: 'beforehand',
  async contained({ attack, alive, isolation }) {
    // gVisor's own kernel has an empty ring of keys for each sandbox: nothing of the host's is in it.
    const gvisor = { read: 'ENOSYS', 'join session': 'done', describe: 'done' }
    const [most, otherwise] = isolation === 'gvisor' ? ['EACCES', gvisor] : ['EPERM', {}]
    expectRefused(await attack('/attack'), most, otherwise)
    await alive()
  },
} satisfies Hostile
