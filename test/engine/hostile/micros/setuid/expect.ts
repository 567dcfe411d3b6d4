import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'becomes root, or another micro’s user',
  deployed: 'beforehand',
  telling: true,
  async contained({ attack, alive }) {
    const came = await attack('/attack')
    expect(came).toEqual({
      setuid: 'EPERM',
      setgid: 'EPERM',
      setgroups: 'EPERM',
      setresuid: 'EPERM',
      "another micro's user": 'EPERM',
      chown: 'EPERM',
      'own set-user-id program': true,
      'set-user-id programs': [],
      su: true,
      user: true,
    })
    await alive()
  },
} satisfies Hostile
