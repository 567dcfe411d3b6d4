import { isIP } from 'node:net'

/** Addresses with a common beginning of `prefix` bits. */
export interface AddressRange {
  readonly family: 'ipv4' | 'ipv6'
  readonly address: string
  readonly prefix: number
}

const named: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  /** RFC 1918 and RFC 4193. */
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/**
 * A list such as `loopback, 192.0.2.7, 2001:db8::/32` as ranges; nothing listed is an empty list.
 *
 * @throws RangeError naming the entry that cannot be used.
 */
export function parseTrustedProxies(text: string): AddressRange[] {
  return text
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .flatMap((entry) => (Object.hasOwn(named, entry) ? (named[entry] ?? []) : [entry]).map(parseRange))
}

function parseRange(entry: string): AddressRange {
  const [address = '', bits, ...rest] = entry.split('/')
  const version = address.includes('%') ? 0 : isIP(address)
  if (version === 0 || rest.length > 0) {
    throw new RangeError(
      `"${entry}" is no address, no range such as 192.0.2.0/24, and neither "loopback" nor "private"`,
    )
  }
  const longest = version === 4 ? 32 : 128
  const prefix = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : -1
  if (prefix < 0 || prefix > longest)
    throw new RangeError(`"${entry}" needs a number from 1 to ${longest} behind the slash`)
  // Whoever trusts everybody lets everybody choose the address that micros see.
  if (prefix === 0) throw new RangeError(`"${entry}" would trust everybody: name the proxies' addresses`)
  return { family: version === 4 ? 'ipv4' : 'ipv6', address, prefix }
}
