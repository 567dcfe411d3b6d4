import type { Settings } from '../../contract/settings.ts'
import { hostEnvironment } from '../build/env.ts'
import { readHostTrust } from '../build/trust/host-trust.ts'
import { privateRegistries } from '../build/trust/private-registries.ts'
import { sweepBuilds } from '../build/sweep-builds.ts'
import { connectDocker, type Docker } from '../docker/client.ts'
import { readNetworkChoices } from '../env.ts'
import { makeFolders } from './folders.ts'
import { readInstance } from './instance.ts'
import { setUpNetwork, type Network, type NetworkSettings } from '../network/set-up-network.ts'
import { assertMountsShared } from '../sandbox/mounts/assert-mounts-shared.ts'
import { openSandboxes } from '../sandbox/open-sandboxes.ts'
import type { SandboxContext } from '../sandbox/sandbox.ts'

/** The group that the gateway drops to. */
export const GATEWAY_GID = 64_001

/** What everything else stands on. */
export interface Ground {
  readonly docker: Docker
  readonly instance: string
  readonly network: Network
  /** What the network was made of, for looking after it. */
  readonly networkSettings: NetworkSettings
  readonly sandboxes: SandboxContext
  /** What the isolation means, in one sentence. */
  readonly means: string
}

/**
 * Folders, Docker, networks, firewall and the kind of sandbox; what a dead runner's builds left behind is removed.
 *
 * @throws MicropushError `setup-incomplete` or `engine-unavailable`, in words for the operator.
 */
export async function prepareGround(settings: Settings): Promise<Ground> {
  const { dataDir } = settings
  const instance = await readInstance(dataDir)
  await makeFolders(settings)

  const docker = connectDocker(settings.dockerSocket)
  const builderAllow = await privateRegistries(await readHostTrust(hostEnvironment()))
  const networkSettings = { instance, dataDir, ...readNetworkChoices(), builderAllow }
  const network = await setUpNetwork(docker, networkSettings)
  const { context: sandboxes, means } = await openSandboxes({
    docker,
    instance,
    dataDir,
    setting: settings.sandbox,
    network: network.sandbox,
    resolvConf: network.resolvConf,
    gatewayGid: GATEWAY_GID,
  })
  await assertMountsShared(sandboxes)
  await sweepBuilds({ docker, instance, dataDir })
  return { docker, instance, network, networkSettings, sandboxes, means }
}
