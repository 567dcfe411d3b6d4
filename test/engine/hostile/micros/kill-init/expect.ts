import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { expectRefused } from '../../support/refused.ts'

export default {
  does: 'kills and reads its first process',
  deployed: 'beforehand',
  async contained({ attack, ask, alive, isolation }) {
    expectRefused(await attack('/reads'), ['EACCES', 'EPERM'], {
      // Nothing but what everybody may know of it.
      name: 'init',
      arguments: '/opt/micropush/init\0',
      ...(isolation === 'gvisor'
        ? { descriptors: ['done', 'EACCES'], root: ['done', 'EACCES'], 'working folder': ['done', 'EACCES'] }
        : {}),
    })
    const came = await ask('/kills')
    // The host's kernel keeps the first process of a sandbox from its own; in gVisor's it can die, and takes the sandbox along.
    expect(isolation === 'runc' ? [200] : [200, 502]).toContain(came.status)
    await alive()
  },
} satisfies Hostile
