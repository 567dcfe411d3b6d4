import { isIPv4 } from 'node:net'
import { MicropushError } from '../../contract/errors.ts'

/** An IPv4 network as numbers: `first` to `last`, both inside. */
interface Range {
  readonly first: number
  readonly last: number
}

/** 1,022 addresses, as many as a Linux bridge has ports. */
const PREFIX = 22

/** Private ranges (RFC 1918), the less travelled ends first: home routers like 192.168.0 and 192.168.1, clouds and VPNs 10.0 and 172.16. */
const pools = ['172.30.0.0/15', '192.168.224.0/19', '10.213.0.0/16', '10.87.0.0/16']

/**
 * The first /22 of the private ranges that overlaps with nothing in use.
 *
 * @param inUse - networks in CIDR notation: the host's routes, Docker's networks, the resolvers' addresses.
 * @throws MicropushError `setup-incomplete` when there is none.
 */
export function chooseSubnet(inUse: readonly string[]): string {
  const taken = inUse.map(parseCidr)
  const size = 2 ** (32 - PREFIX)
  for (const pool of pools.map(parseCidr)) {
    for (let first = pool.first; first + size - 1 <= pool.last; first += size) {
      const candidate = { first, last: first + size - 1 }
      if (!taken.some((range) => overlap(range, candidate))) return `${formatAddress(first)}/${PREFIX}`
    }
  }
  throw new MicropushError(
    'setup-incomplete',
    `All private networks that micropush could use for sandboxes are in use on this machine (${pools.join(', ')}). Free one of them.`,
  )
}

/** @throws MicropushError `setup-incomplete` for what is no IPv4 network or address. */
export function parseCidr(text: string): Range {
  const [address = '', prefixText = '32'] = text.split('/')
  const prefix = Number(prefixText)
  if (!isIPv4(address) || !/^\d+$/.test(prefixText) || prefix > 32)
    throw new MicropushError('setup-incomplete', `\`${text}\` is not an IPv4 network such as 203.0.113.0/24.`)
  const size = 2 ** (32 - prefix)
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const first = Math.floor(number / size) * size
  return { first, last: first + size - 1 }
}

function overlap(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last
}

function formatAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}
