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

/** Removes it; that it is gone already is no failure. @returns `in-use` while something is connected to it. */
export async function removeNetwork(docker: Docker, name: string): Promise<'gone' | 'in-use'> {
  return asEngineError(() =>
    docker
      .getNetwork(name)
      .remove()
      .then(() => 'gone' as const)
      .catch((error: unknown) => {
        if (statusOf(error) === 404) return 'gone' as const
        // 403 of Docker's older versions, 409 of its newer ones.
        if (error instanceof Error && error.message.includes('active endpoints')) return 'in-use' as const
        throw error
      }),
  )
}

/** Disconnects whatever is connected to a network, also what Docker holds for a container that is no more. */
export async function disconnectAll(docker: Docker, name: string): Promise<void> {
  const network = docker.getNetwork(name)
  const found = await asEngineError(() => network.inspect().catch(() => undefined))
  const containers: Readonly<Record<string, { readonly Name?: string }>> = found?.Containers ?? {}
  for (const [id, { Name }] of Object.entries(containers)) {
    // By its name, under which Docker finds an endpoint without a container. It may be gone by now.
    await network.disconnect({ Container: Name || id, Force: true }).catch(() => undefined)
  }
}
