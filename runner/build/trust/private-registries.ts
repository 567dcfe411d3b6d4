import { lookup } from 'node:dns/promises'
import { BlockList } from 'node:net'
import { closedRanges } from '../../network/firewall-rules.ts'
import type { HostTrust } from './host-trust.ts'

/** A destination that builders may reach although it lies in a private network. */
interface PrivateRegistry {
  readonly network: string
  readonly port: number
}

/**
 * The registries and proxies of the host's npm and pip settings that lie in private networks: companies have theirs there, and
 * builders, which install from them, are let through to these addresses and ports alone. A name that cannot be resolved is left out.
 */
export async function privateRegistries(trust: HostTrust): Promise<PrivateRegistry[]> {
  const closed = new BlockList()
  for (const range of closedRanges) {
    const [network = '', bits = ''] = range.split('/')
    closed.addSubnet(network, Number(bits))
  }
  const found = await Promise.all(
    registryUrls(trust).map(async (url) => {
      const addresses = await lookup(url.hostname, { family: 4, all: true }).catch(() => [])
      return addresses
        .filter(({ address }) => closed.check(address))
        .map(({ address }) => ({ network: `${address}/32`, port: portOf(url) }))
    }),
  )
  return found.flat()
}

/** Every address in npm's lines and pip's environment, whatever the key. */
function registryUrls({ npmrc, env }: HostTrust): URL[] {
  const values = [
    ...npmrc.map((line) => line.slice(line.indexOf('=') + 1)),
    ...Object.values(env).flatMap((value) => value.split(/\s+/)),
  ]
  return values.flatMap((value) => {
    const url = URL.parse(value.trim())
    return url !== null && /^https?:$/.test(url.protocol) ? [url] : []
  })
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'https:' ? 443 : 80
}
