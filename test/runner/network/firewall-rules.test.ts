import { describe, expect, test } from 'vitest'
import { bridgeName } from '../../../runner/network/ensure-networks.ts'
import { closedRanges, firewallRules, removalRules, tables } from '../../../runner/network/firewall-rules.ts'

describe('the firewall', () => {
  const policy = {
    bridge: 'mps-0',
    chains: { forward: 'MP-0-F', input: 'MP-0-I' },
    resolvers: ['10.0.0.53'],
    allow: [{ network: '10.20.0.0/16', port: 5432 }],
  }
  const lines = firewallRules(tables[1], [policy], ['-A INPUT -i mps-0 -j MP-0-I']).split('\n')
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
    expect(removalRules('filter', ['-A INPUT -i mps-0 -j MP-0-I'], ['MP-0-I'])).toBe(
      '*filter\n-D INPUT -i mps-0 -j MP-0-I\n-F MP-0-I\n-X MP-0-I\nCOMMIT\n',
    )
  })

  test('goes by bridges whose names the kernel takes', () => {
    expect(bridgeName('a-very-long-name-of-an-instance', 'sandbox').length).toBeLessThanOrEqual(15)
    expect(bridgeName('one', 'sandbox')).not.toBe(bridgeName('two', 'sandbox'))
  })
})
