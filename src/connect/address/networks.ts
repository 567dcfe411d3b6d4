import { BlockList, isIPv6 } from 'node:net'

/** What an address is to somebody who might dial it. */
export type Network = 'public' | 'loopback' | 'private' | 'forbidden'

const loopback = blockList(['127.0.0.0/8', '::1/128'])

/** RFC 1918, RFC 6598 and RFC 4193: other machines of the same house. */
const house = blockList(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'])

/**
 * Nobody's web server: this network, link-local (where clouds keep their metadata), what clouds keep it at elsewhere, documentation,
 * benchmarks, multicast, what is reserved, and IPv6 that leads through IPv4.
 * https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const nowhere = blockList([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fd00:ec2::254/128',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
])

/** Tells what an IP address belongs to. IPv4 that is written as IPv6 counts as what it stands for: Node compares them so. */
export function networkOf(address: string): Network {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  if (loopback.check(address, family)) return 'loopback'
  if (nowhere.check(address, family)) return 'forbidden'
  if (house.check(address, family)) return 'private'
  return 'public'
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix = ''] = range.split('/')
    list.addSubnet(address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4')
  }
  return list
}
