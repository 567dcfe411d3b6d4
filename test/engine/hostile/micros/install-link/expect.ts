import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'

export default {
  does: 'has a dependency that leads out by links, a pipe and a set-user-id program',
  deployed: 'attack',
  async contained({ push, attack, isolation }) {
    const { state, log } = await push()
    expect(state).toBe('success')
    const found = (await attack('/found')) as readonly Entry[]
    expect(found.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/app/node_modules/raised', '/app/node_modules/hard.js']),
    )
    for (const { path, mode, uid, kind } of found)
      expect({ path, mode, uid, kind }).toEqual({
        path,
        mode: expect.stringMatching(/^(644|755)$/),
        uid: 0,
        kind: 'file or folder',
      })
    for (const name of [
      'etc',
      'shadow',
      'up',
      'host',
      'docker.sock',
      '.bin/etc',
      '.bin/shadow',
      'linked',
      ...(isolation === 'runc' ? ['pipe'] : []),
    ])
      expect(log).toContain(`Left out ${name}:`)
  },
} satisfies Hostile

interface Entry {
  readonly path: string
  readonly mode: string
  readonly uid: number
  readonly kind: string
}
