import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ensureFirewall, removeFirewall } from '../../../runner/network/ensure-firewall.ts'
import { shortHash } from '../../../runner/network/ensure-networks.ts'
import { listRules, restoreRules } from '../../../runner/network/iptables.ts'

/** Needs root and iptables, but no container: rules may name a bridge that is not there. */
describe('the firewall of an instance', () => {
  let instance: string
  const settings = () => ({
    instance,
    resolvers: ['192.0.2.53'],
    allow: [],
    builderAllow: [{ network: '192.0.2.80/32', port: 443 }],
  })
  const own = async (table: 'filter' | 'mangle' = 'filter') =>
    (await listRules(table)).filter((rule) => rule.includes(shortHash(instance)))

  beforeEach(() => {
    instance = `firewall-${process.pid}`
  })
  afterEach(() => removeFirewall(instance))

  test('is the same after a second time, first in its chains, and gone when it is removed', async () => {
    await ensureFirewall(settings())
    const once = await own()
    await ensureFirewall(settings())
    expect((await own()).toSorted()).toEqual(once.toSorted())
    expect(once.filter((rule) => rule.startsWith('-A DOCKER-USER'))).toHaveLength(2)
    expect(once.filter((rule) => rule.startsWith('-A INPUT'))).toHaveLength(2)
    // Docker never touches this table: here is what binds while it rearranges the other one.
    const kept = await own('mangle')
    expect(kept.filter((rule) => rule.startsWith('-A FORWARD'))).toHaveLength(2)
    expect(kept.filter((rule) => rule.startsWith('-A INPUT'))).toHaveLength(2)
    expect(kept.filter((rule) => rule.endsWith('-j DROP')).length).toBe(
      once.filter((rule) => rule.endsWith('-j DROP')).length,
    )
    await removeFirewall(instance)
    expect([...(await own()), ...(await own('mangle'))]).toEqual([])
  })

  test('is mended when somebody else took a part of it out', async () => {
    await ensureFirewall(settings())
    const whole = await own()
    const jump = whole.find((rule) => rule.startsWith('-A INPUT')) ?? ''
    await restoreRules(['*filter', jump.replace('-A', '-D'), 'COMMIT', ''].join('\n'))
    expect(await own()).toHaveLength(whole.length - 1)
    await ensureFirewall(settings())
    expect((await own()).toSorted()).toEqual(whole.toSorted())
  })

  test('lets builders alone reach the operator’s registry', async () => {
    await ensureFirewall(settings())
    const opened = (await own()).filter((rule) => rule.includes('192.0.2.80/32'))
    expect(opened.length).toBeGreaterThan(0)
    expect(opened.every((rule) => rule.includes('-BUILDER-'))).toBe(true)
  })

  test('is refused in words when iptables will not have it', async () => {
    await expect(restoreRules('*filter\n-A NO-SUCH-CHAIN -j DROP\nCOMMIT\n')).rejects.toMatchObject({
      code: 'setup-incomplete',
      message: expect.stringContaining('firewall'),
    })
  })
})
