import { isIP } from 'node:net'
import { plainAddress, type IsTrusted } from './address.ts'
import { canonicalHost } from './host.ts'

type Scheme = 'http' | 'https'

/** Where a request came from, as the micro is told it. */
export interface Origin {
  readonly address: string
  readonly scheme: Scheme
  /** What the client called the endpoint, port included. */
  readonly authority: string
}

interface Arrival {
  /** The other end of the connection. */
  readonly peer: string | undefined
  readonly rawHeaders: readonly string[]
  /** The Host field. */
  readonly authority: string
}

/**
 * Makes out the client behind zero or more trusted proxies: of `X-Forwarded-For`, which each proxy appends to, the last address
 * that no trusted proxy has. `X-Forwarded-Proto` and `-Host` are read from the same proxy's place in their lists. `Forwarded` and
 * `X-Real-IP` are never read: a proxy that does not set them hands on what the client made up.
 */
export function originReader(isTrusted: IsTrusted | undefined, scheme: Scheme): (arrival: Arrival) => Origin {
  return ({ peer, rawHeaders, authority }) => {
    const address = peer === undefined ? 'unknown' : plainAddress(peer)
    if (isTrusted?.(address) !== true) return { address, scheme, authority }
    const told = listsOf(rawHeaders)
    const client = walk(told.addresses, address, isTrusted)
    const proto = pick(told.schemes, client.hops)?.toLowerCase()
    const host = pick(told.hosts, client.hops)
    return {
      address: client.address,
      scheme: proto === 'http' || proto === 'https' ? proto : scheme,
      authority: host !== undefined && canonicalHost(host) !== undefined ? host : authority,
    }
  }
}

/** From the right, because what stands on the left was written by whoever came first. */
function walk(
  chain: readonly string[],
  peer: string,
  isTrusted: IsTrusted,
): { readonly address: string; readonly hops: number } {
  let address = peer
  let hops = 0
  while (hops < chain.length && isTrusted(address)) {
    const next = addressIn(chain[chain.length - 1 - hops] ?? '')
    // "unknown" or worse: nothing left of it can be believed.
    if (next === undefined) break
    address = next
    hops += 1
  }
  return { address, hops }
}

/** A proxy either appends to its list, and then the entry is as far from the right as the client's address, or replaces it by one. */
function pick(list: readonly string[], hops: number): string | undefined {
  return list[Math.max(0, list.length - Math.max(1, hops))]
}

/** An entry may carry a port, and brackets around IPv6. */
function addressIn(entry: string): string | undefined {
  const bare = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(entry)?.[1] ?? entry
  if (isIP(bare) !== 0 && !bare.includes('%')) return plainAddress(bare.toLowerCase())
  const beforePort = /^([\d.]+):\d{1,5}$/.exec(bare)?.[1]
  return beforePort !== undefined && isIP(beforePort) === 4 ? beforePort : undefined
}

function listsOf(rawHeaders: readonly string[]): Record<'addresses' | 'schemes' | 'hosts', string[]> {
  const lists = { addresses: [] as string[], schemes: [] as string[], hosts: [] as string[] }
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const list = listNamed(rawHeaders[index]?.toLowerCase() ?? '')
    if (list === undefined) continue
    for (const part of (rawHeaders[index + 1] ?? '').split(',')) lists[list].push(part.trim())
  }
  return lists
}

function listNamed(name: string): 'addresses' | 'schemes' | 'hosts' | undefined {
  if (name === 'x-forwarded-for') return 'addresses'
  if (name === 'x-forwarded-proto') return 'schemes'
  return name === 'x-forwarded-host' ? 'hosts' : undefined
}
