import type { Hostile } from '../../support/hostile.ts'
import { expectGone } from '../../support/gone.ts'

export default {
  does: 'does not hear SIGTERM',
  deployed: 'beforehand',
  async contained({ alive, container, end }) {
    await alive()
    const sandbox = await container()
    await end()
    await expectGone(sandbox)
  },
} satisfies Hostile
