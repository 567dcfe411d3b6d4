import type { Docker } from '../docker/client.ts'
import type { Allowed } from './egress-allow.ts'
import { ensureFirewall, removeFirewall } from './ensure-firewall.ts'
import { ensureNetworks } from './ensure-networks.ts'
import { removeNetworks } from './remove-networks.ts'
import { hostResolvers, writeResolvConf } from './resolv-conf.ts'

export interface NetworkSettings {
  readonly instance: string
  readonly dataDir: string
  /** The operator's name servers; the host's when empty. */
  readonly dns: readonly string[]
  readonly allow: readonly Allowed[]
  readonly builderAllow: readonly Allowed[]
}

export interface Network {
  /** Docker network names. */
  readonly sandbox: string
  readonly builder: string
  /** Host path of the resolv.conf to mount into both. */
  readonly resolvConf: string
}

/**
 * Networks, name servers and firewall, in the order in which nothing is open in between.
 *
 * @throws MicropushError `setup-incomplete` in words when one of them cannot be had.
 */
export async function setUpNetwork(docker: Docker, settings: NetworkSettings): Promise<Network> {
  const { instance, dataDir, allow, builderAllow } = settings
  const resolvers = await hostResolvers(settings.dns)
  const resolvConf = await writeResolvConf(dataDir, resolvers)
  const networks = await ensureNetworks(docker, instance)
  await ensureFirewall({ instance, resolvers, allow, builderAllow })
  return { sandbox: networks.sandbox.name, builder: networks.builder.name, resolvConf }
}

/**
 * Takes out what `setUpNetwork` put in; the containers on the networks must be gone.
 *
 * @param clear - removes containers of ours that came late; called while a network is in use.
 */
export async function tearDownNetwork(
  docker: Docker,
  instance: string,
  clear: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  await removeNetworks(docker, instance, { clear })
  await removeFirewall(instance)
}
