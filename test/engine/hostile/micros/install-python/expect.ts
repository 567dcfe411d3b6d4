import { expect } from 'vitest'
import { expectClosed } from '../../support/dialled.ts'
import type { Hostile } from '../../support/hostile.ts'
import { expectBuilderGone, seeBuilder } from '../../support/live-builder.ts'
import { forbidden, internet, metadataIpv6 } from '../../support/surroundings.ts'

export default {
  does: 'has the code that makes a Python package look for tokens, write elsewhere, dial and leave daemons',
  deployed: 'attack',
  async contained({ push, attack, stack, token }) {
    const targets = [...forbidden, ...metadataIpv6]
    const pushed = push({ 'evil/targets.txt': [internet, ...targets].join('\n') })
    const builder = await seeBuilder(stack)
    const outcome = await pushed
    expect(`${outcome.state}: ${outcome.description}\n${outcome.log}`).toMatch(/^success/)
    await expectBuilderGone(stack, builder)
    const found = (await attack('/found')) as Found
    expect(found.user).toBeGreaterThan(10_000)
    expect(found.environment['HOME']).toBe('/tmp/home')
    for (const secret of [token, 'keeps this to itself', 'MICRO_KEY'])
      expect(JSON.stringify(found)).not.toContain(secret)
    expect(found.configuration).not.toMatch(/:\/\/[^/\s']*@/)
    for (const [path, came] of Object.entries(found.files)) expect(`${path} ${came}`).toMatch(/ (EACCES|ENOENT|EPERM)$/)
    for (const [folder, came] of Object.entries(found.writes))
      expect(`${folder} ${came}`).toMatch(/ (EACCES|EROFS|ENOENT)$/)
    expect(found.processes.join('\n')).not.toMatch(/dockerd|redis-server|runner\/main/)
    expect(found.processes.join('\n')).toContain('build_wheel')
    const { [internet]: open, ...closed } = found.dialled
    expect(open).toBe('open')
    expectClosed(closed, targets)
    // Its daemons wrote into the builder's own folders, and what is served of those was taken when they were dead.
    expect(await attack('/late')).toEqual([false, expect.any(Boolean), false])
  },
} satisfies Hostile

interface Found {
  readonly user: number
  readonly environment: Readonly<Record<string, string>>
  readonly configuration: string
  readonly files: Readonly<Record<string, string>>
  readonly writes: Readonly<Record<string, string>>
  readonly processes: readonly string[]
  readonly dialled: Readonly<Record<string, string>>
}
