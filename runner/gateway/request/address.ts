import { BlockList, isIP } from 'node:net'
import type { AddressRange } from '../../../contract/trusted-proxies.ts'

/** An address as an app expects it: IPv4 without the IPv6 wrapping of a dual-stack socket. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address
}

/** Whether an address, as `plainAddress` spells it, is a proxy's that is believed. */
export type IsTrusted = (address: string) => boolean

/** @returns undefined when no proxy is trusted, which is worth knowing on the way of every request. */
export function trustedIn(ranges: readonly AddressRange[]): IsTrusted | undefined {
  if (ranges.length === 0) return undefined
  const list = new BlockList()
  for (const { address, prefix, family } of ranges) list.addSubnet(address, prefix, family)
  return (address) => {
    const version = isIP(address)
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}
