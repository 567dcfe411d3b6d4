import { expect } from 'vitest'
import type { Hostile } from '../../support/hostile.ts'
import { expectClosed } from '../../support/dialled.ts'
import { forbidden, internet, metadataIpv6 } from '../../support/surroundings.ts'

export default {
  does: 'has its install script look for tokens, files of the host and metadata services',
  deployed: 'attack',
  async contained({ push, attack, token }) {
    const targets = [...forbidden, ...metadataIpv6]
    const outcome = await push({ 'targets.txt': [internet, ...targets].join('\n') })
    expect(`${outcome.state}: ${outcome.description}`).toMatch(/^success/)
    const found = (await attack('/found')) as Found
    expect(found.user).toBeGreaterThan(10_000)
    expect(found.environment['HOME']).toBe('/tmp/home')
    for (const secret of [token, 'keeps this to itself', 'MICRO_KEY'])
      expect(JSON.stringify(found)).not.toContain(secret)
    for (const [path, came] of Object.entries(found.files)) {
      if (path !== '/proc/1/environ') expect(`${path} ${came}`).toMatch(/ (EACCES|ENOENT|EPERM)$/)
    }
    for (const came of Object.values(found.writes)) expect(came).toMatch(/^(EACCES|EROFS)$/)
    // It sees its own processes and no others.
    expect(found.processes).not.toMatch(/dockerd|redis-server|runner\/main/)
    expect(found.processes).toContain('attack.js')
    const { [internet]: open, ...closed } = found.dialled
    expect(open).toBe('open')
    expectClosed(closed, targets)
  },
} satisfies Hostile

interface Found {
  readonly user: number
  readonly environment: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, string>>
  readonly writes: Readonly<Record<string, string>>
  readonly processes: string
  readonly dialled: Readonly<Record<string, string>>
}
