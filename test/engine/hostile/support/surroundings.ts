/** Places that no sandbox may reach, each a trap while the suite runs, and one that it may. */

export const metadata = ['169.254.169.254', '169.254.170.2', '100.100.100.200', '192.0.0.192'] as const
export const metadataIpv6 = ['fd00:ec2::254', 'fd20:ce::254'] as const
/** One of each private, carrier's, benchmark's and reserved range. */
export const privateAddresses = [
  '10.77.88.99',
  '172.27.77.88',
  '192.168.77.88',
  '100.64.77.88',
  '198.18.7.8',
  '198.19.7.8',
] as const
/** What an IPv4 address becomes where IPv6 is translated (RFC 6052), and an address of the local IPv6 range (RFC 4193). */
export const privateIpv6 = ['64:ff9b::a9fe:a9fe', 'fd77:88::99'] as const

/** Stand for the internet: addresses for documentation (RFC 5737). */
export const internet = '198.51.100.7'
export const resolver = '198.51.100.53'

export const forbidden = [...metadata, ...privateAddresses] as const
export const all = [...forbidden, ...metadataIpv6, ...privateIpv6, internet, resolver] as const
export const port = 80

/** What the resolver of the suite says; `.test` is nobody's (RFC 6761). */
export const names = {
  'internet.test': [internet],
  'metadata.test': ['169.254.169.254'],
  'private.test': ['10.77.88.99'],
  'several.test': ['172.27.77.88', '192.168.77.88'],
  'mapped.test': ['::ffff:169.254.169.254'],
  'ipv6.test': ['fd00:ec2::254'],
  'itself.test': ['127.0.0.1'],
} as const

/** An address as a sandbox may spell it, and what its C library makes of it; the last two are IPv4 by another name (RFC 4291 section 2.5.5.2). */
export const spellings = {
  '2852039166': '169.254.169.254',
  '0xa9fea9fe': '169.254.169.254',
  '0251.0376.0251.0376': '169.254.169.254',
  '169.254.43518': '169.254.169.254',
  '10.5068899': '10.77.88.99',
  '::ffff:169.254.169.254': '::ffff:169.254.169.254',
  '::ffff:a4d:5863': '::ffff:a4d:5863',
} as const

/** The address that may be reached, as a number. */
export const internetSpelled = '3325256711'

/** Where a sandbox that means the host finds only itself. */
export const loopback = ['0.0.0.0', '0', '127.1', '::', '::1', '::ffff:127.0.0.1'] as const
