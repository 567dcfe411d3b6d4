import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'sends another answer behind its answer',
  deployed: 'beforehand',
  async contained({ ask }) {
    expect(await ask('/attack')).toMatchObject({ status: 200, body: 'ok' })
    // The second one is nobody's.
    for (let count = 0; count < 5; count += 1) expect(await ask()).toMatchObject({ status: 200, body: 'alive' })
  },
} satisfies Hostile
