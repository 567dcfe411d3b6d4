import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { expectGone } from '../../support/gone.ts'

export default {
  does: 'leaves daemons behind that try to survive it',
  deployed: 'beforehand',
  async contained({ attack, container, end }) {
    expect(await attack('/attack')).toBeGreaterThan(5)
    const sandbox = await container()
    await end()
    await expectGone(sandbox)
  },
} satisfies Hostile
