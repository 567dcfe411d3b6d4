import { createHash, randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { MicropushError } from '../../contract/errors.ts'
import type { Docker } from '../docker/client.ts'
import { statusOf } from '../docker/engine-error.ts'
import { createNetwork, listNetworks, type BridgeNetwork } from '../docker/networks.ts'
import { hostRoutes } from './host-routes.ts'
import { hostResolvers } from './resolv-conf.ts'
import { chooseSubnet } from './subnets.ts'

const ATTEMPTS = 8
export const networkKinds = ['sandbox', 'builder'] as const

export type NetworkKind = (typeof networkKinds)[number]
export type Networks = Readonly<Record<NetworkKind, BridgeNetwork>>

/**
 * Two bridge networks of this instance, one for sandboxes and one for builders. Their subnets are chosen once, to collide with no route of the host and no
 * other network of Docker.
 */
export async function ensureNetworks(docker: Docker, instance: string): Promise<Networks> {
  const sandbox = await ensure(docker, instance, 'sandbox')
  return { sandbox, builder: await ensure(docker, instance, 'builder') }
}

async function ensure(docker: Docker, instance: string, kind: NetworkKind): Promise<BridgeNetwork> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ensureOnce(docker, instance, kind)
    } catch (error) {
      // Somebody else took the subnet, or the name, between our look and our choice.
      const taken = [403, 409].includes(statusOf(error) ?? 0)
      if (!taken || attempt === ATTEMPTS) throw error
      await delay(randomInt(50 * attempt))
    }
  }
}

async function ensureOnce(docker: Docker, instance: string, kind: NetworkKind): Promise<BridgeNetwork> {
  const name = networkName(instance, kind)
  const existing = await listNetworks(docker)
  const found = existing.find((network) => network.name === name)
  if (found !== undefined) return checked(found, bridgeName(instance, kind))
  const [routes, resolvers] = await Promise.all([hostRoutes(), hostResolvers().catch(() => [])])
  const network: BridgeNetwork = {
    name,
    bridge: bridgeName(instance, kind),
    subnet: chooseSubnet([
      ...routes,
      ...resolvers,
      ...existing.map(({ subnet }) => subnet).filter((net) => /^\d+\./.test(net)),
    ]),
    labels: { 'micropush.instance': instance, 'micropush.kind': `${kind}-network` },
    isolated: true,
  }
  await createNetwork(docker, network)
  return network
}

/** The firewall goes by the bridge's name, so a network of our name that somebody else made must not be used. */
function checked(found: BridgeNetwork, bridge: string): BridgeNetwork {
  if (found.bridge === bridge && found.isolated) return found
  throw new MicropushError(
    'setup-incomplete',
    `The Docker network ${found.name} was not made by micropush. Remove it with \`docker network rm ${found.name}\`, then start again.`,
  )
}

/** Docker's name of a network of this instance. */
export function networkName(instance: string, kind: NetworkKind): string {
  return `micropush-${instance}-${kind}`
}

/** An interface's name has at most 15 characters (netdevice(7), IFNAMSIZ). */
export function bridgeName(instance: string, kind: NetworkKind): string {
  return `mp${kind.charAt(0)}-${shortHash(instance)}`
}

/** Tells the instances apart where names are short. */
export function shortHash(instance: string): string {
  return createHash('sha256').update(instance).digest('hex').slice(0, 10)
}
