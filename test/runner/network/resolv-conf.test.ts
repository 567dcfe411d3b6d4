import { describe, expect, test } from 'vitest'
import { hostResolvers, parseResolvers } from '../../../runner/network/resolv-conf.ts'

describe('name servers', () => {
  test('are the host’s, but those on loopback and IPv6', () => {
    const text =
      'search lan\nnameserver 127.0.0.53\nnameserver 192.0.2.53\nnameserver fd00::1\n nameserver 192.0.2.54 \n'
    expect(parseResolvers(text)).toEqual(['192.0.2.53', '192.0.2.54'])
  })

  test('are the operator’s when there is a choice', async () => {
    expect(await hostResolvers(['203.0.113.53'])).toEqual(['203.0.113.53'])
  })
})
