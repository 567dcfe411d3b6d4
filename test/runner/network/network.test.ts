import { describe, expect, test } from 'vitest'
import { parseEgressAllow } from '../../../runner/network/egress-allow.ts'
import { bridgeName } from '../../../runner/network/ensure-networks.ts'
import { closedRanges, firewallRules, removalRules } from '../../../runner/network/firewall-rules.ts'
import { parseRoutes } from '../../../runner/network/host-routes.ts'
import { hostResolvers, parseResolvers } from '../../../runner/network/resolv-conf.ts'
import { chooseSubnet } from '../../../runner/network/subnets.ts'

describe('a subnet', () => {
  test('is the first that nobody uses', () => {
    expect(chooseSubnet([])).toBe('172.30.0.0/22')
    expect(chooseSubnet(['172.30.2.7', '172.30.4.0/24'])).toBe('172.30.8.0/22')
    expect(chooseSubnet(['172.16.0.0/12'])).toBe('192.168.224.0/22')
  })

  test('is refused in words when all are used', () => {
    expect(() => chooseSubnet(['0.0.0.0/1', '128.0.0.0/1'])).toThrow(
      expect.objectContaining({ code: 'setup-incomplete' }),
    )
  })
})

test('routes are read from the kernel’s table, the default route left out', () => {
  const table = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`
  expect(parseRoutes(table)).toEqual(['172.17.0.0/16', '192.0.2.0/24'])
})

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

describe('what the operator opens', () => {
  test('is a list of networks, with a port or without', () => {
    expect(parseEgressAllow('10.20.0.0/16, 192.168.1.5:5432')).toEqual([
      { network: '10.20.0.0/16' },
      { network: '192.168.1.5', port: 5432 },
    ])
    expect(parseEgressAllow('')).toEqual([])
  })

  test.each(['database.lan', '10.0.0.0/33', '10.0.0.1:0', '10.0.0.1:70000', 'fd00::/8'])(
    'is refused when it is %s',
    (text) => {
      expect(() => parseEgressAllow(text)).toThrow(
        expect.objectContaining({
          code: 'setup-incomplete',
          message: expect.stringContaining(text.split('/', 1)[0] ?? ''),
        }),
      )
    },
  )
})

describe('the firewall', () => {
  const policy = {
    bridge: 'mps-0',
    chains: { forward: 'MP-0-F', input: 'MP-0-I' },
    resolvers: ['10.0.0.53'],
    allow: [{ network: '10.20.0.0/16', port: 5432 }],
  }
  const lines = firewallRules([policy], ['-A INPUT -i mps-0 -j MP-0-I']).split('\n')
  const forward = lines.filter((line) => line.startsWith('-A MP-0-F'))
  const position = (text: string) => forward.findIndex((line) => line.includes(text))

  test('drops every address that is nobody’s on the internet', () => {
    for (const range of closedRanges) expect(forward).toContain(`-A MP-0-F -d ${range} -j DROP`)
    expect(closedRanges).toContain('169.254.0.0/16')
  })

  test('lets name servers and what the operator opened pass before it drops their range', () => {
    expect(position('-d 10.0.0.53/32')).toBeLessThan(position('-d 10.0.0.0/8 -j DROP'))
    expect(position('-d 10.20.0.0/16 -p tcp -m tcp --dport 5432')).toBeLessThan(position('-d 10.0.0.0/8 -j DROP'))
  })

  test('drops mail and neighbours', () => {
    expect(forward).toContain('-A MP-0-F -p tcp -m tcp --dport 25 -j DROP')
    expect(forward).toContain('-A MP-0-F -o mps-0 -j DROP')
  })

  test('lets nothing reach the host but answers and what is opened', () => {
    const input = lines.filter((line) => line.startsWith('-A MP-0-I'))
    expect(input.at(-1)).toBe('-A MP-0-I -j DROP')
    expect(
      input.filter((line) => line.endsWith('ACCEPT')).every((line) => /10\.0\.0\.53|10\.20\.0\.0/.test(line)),
    ).toBe(true)
  })

  test('stands first in both chains, once', () => {
    expect(lines).toContain('-D INPUT -i mps-0 -j MP-0-I')
    expect(lines.indexOf('-D INPUT -i mps-0 -j MP-0-I')).toBeLessThan(lines.indexOf('-I INPUT 1 -i mps-0 -j MP-0-I'))
    expect(lines).toContain('-I DOCKER-USER 1 -i mps-0 -j MP-0-F')
  })

  test('can be taken out whole', () => {
    expect(removalRules(['-A INPUT -i mps-0 -j MP-0-I'], ['MP-0-I'])).toBe(
      '*filter\n-D INPUT -i mps-0 -j MP-0-I\n-F MP-0-I\n-X MP-0-I\nCOMMIT\n',
    )
  })

  test('goes by bridges whose names the kernel takes', () => {
    expect(bridgeName('a-very-long-name-of-an-instance', 'sandbox').length).toBeLessThanOrEqual(15)
    expect(bridgeName('one', 'sandbox')).not.toBe(bridgeName('two', 'sandbox'))
  })
})
