import { describe, expect, it } from 'vitest'
import { MicropushError } from '../../contract/errors.ts'
import { parseSettings } from '../../contract/settings.ts'
import { parseTrustedProxies } from '../../contract/trusted-proxies.ts'

describe('MICROPUSH_TRUSTED_PROXIES', () => {
  it('trusts nobody unless told to', () => {
    expect(parseSettings({}).trustedProxies).toEqual([])
  })

  it('takes addresses, ranges and names, by commas or spaces', () => {
    expect(parseTrustedProxies('192.0.2.7, 198.51.100.0/24 2001:DB8::/32,loopback')).toEqual([
      { family: 'ipv4', address: '192.0.2.7', prefix: 32 },
      { family: 'ipv4', address: '198.51.100.0', prefix: 24 },
      { family: 'ipv6', address: '2001:DB8::', prefix: 32 },
      { family: 'ipv4', address: '127.0.0.0', prefix: 8 },
      { family: 'ipv6', address: '::1', prefix: 128 },
    ])
    expect(parseTrustedProxies('private')).toHaveLength(4)
  })

  it.each([
    'proxy.example.com',
    '192.0.2.256',
    '192.0.2.0/33',
    '192.0.2.0/',
    '192.0.2.0/-1',
    '192.0.2.0/2x',
    '192.0.2.0/24/24',
    '2001:db8::/129',
    'fe80::1%eth0',
    'public',
    'constructor',
    '/24',
  ])('%s is refused by name', (entry) => {
    const value = `loopback, ${entry}`
    expect(() => parseSettings({ MICROPUSH_TRUSTED_PROXIES: value })).toThrow(MicropushError)
    expect(() => parseSettings({ MICROPUSH_TRUSTED_PROXIES: value })).toThrow(`MICROPUSH_TRUSTED_PROXIES: "${entry}"`)
  })

  it.each(['0.0.0.0/0', '::/0'])('%s is refused, because anybody could forge an address then', (entry) => {
    expect(() => parseSettings({ MICROPUSH_TRUSTED_PROXIES: entry })).toThrow('would trust everybody')
  })
})
