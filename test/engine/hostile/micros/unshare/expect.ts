import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { expectRefused } from '../../support/refused.ts'

export default {
  does: 'makes namespaces, and tries to be root in them',
  deployed: 'beforehand',
  async contained({ attack, alive, isolation }) {
    const came = await attack('/attack')
    if (isolation === 'runc') expectRefused(came, 'EPERM', { setns: 'EACCES', write: 'no namespace' })
    // gVisor's own kernel has user namespaces. Whoever is root in one still cannot write where the sandbox cannot.
    else
      expect(came).toEqual({
        user: 'done',
        mounts: 'EPERM',
        network: 'EPERM',
        processes: 'EPERM',
        all: expect.stringMatching(/^(done|EINVAL)$/),
        // Said by the one that was made as well, if it is quick.
        clone: expect.stringMatching(/^(done){1,2}$/),
        setns: 'EPERM',
        write: expect.stringMatching(/^(EROFS|EACCES)$/),
      })
    await alive()
  },
} satisfies Hostile
