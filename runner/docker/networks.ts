import type Docker from 'dockerode'
import { asEngineError, statusOf } from './engine-error.ts'

export interface BridgeNetwork {
  readonly name: string
  /** The Linux bridge's name: at most 15 characters. */
  readonly bridge: string
  /** IPv4 network in CIDR notation. */
  readonly subnet: string
  readonly labels: Readonly<Record<string, string>>
  /** Whether its containers are kept from reaching each other. */
  readonly isolated: boolean
}

/** All bridge networks that Docker manages. */
export async function listNetworks(docker: Docker): Promise<BridgeNetwork[]> {
  const found = await asEngineError(() => docker.listNetworks({ filters: { driver: ['bridge'] } }))
  return found.map((network) => ({
    name: network.Name,
    bridge: network.Options?.['com.docker.network.bridge.name'] ?? '',
    subnet: network.IPAM?.Config?.[0]?.Subnet ?? '',
    labels: network.Labels ?? {},
    isolated: network.Options?.['com.docker.network.bridge.enable_icc'] === 'false',
  }))
}

/** A bridge without IPv6. */
export async function createNetwork(docker: Docker, network: BridgeNetwork): Promise<void> {
  await asEngineError(() =>
    docker.createNetwork({
      Name: network.name,
      CheckDuplicate: true,
      Driver: 'bridge',
      EnableIPv6: false,
      Labels: { ...network.labels },
      IPAM: { Driver: 'default', Config: [{ Subnet: network.subnet }] },
      Options: {
        'com.docker.network.bridge.name': network.bridge,
        'com.docker.network.bridge.enable_icc': String(!network.isolated),
        'com.docker.network.bridge.enable_ip_masquerade': 'true',
      },
    }),
  )
}

/** Removes it; that it is gone already is no failure. */
export async function removeNetwork(docker: Docker, name: string): Promise<void> {
  await asEngineError(() =>
    docker
      .getNetwork(name)
      .remove()
      .catch((error: unknown) => {
        if (statusOf(error) !== 404) throw error
      }),
  )
}
