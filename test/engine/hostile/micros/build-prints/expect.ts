import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'prints hundreds of megabytes in its build',
  deployed: 'attack',
  async contained({ push, attack }) {
    const { state, log } = await push()
    expect(state).toBe('success')
    expect(log.length).toBeLessThanOrEqual(1024 * 1024)
    expect(log.length).toBeGreaterThan(512 * 1024)
    expect(await attack('/found')).toBe('printed')
  },
} satisfies Hostile
