import { chmod, mkdir } from 'node:fs/promises'
import { MicropushError } from '../../contract/errors.ts'
import type { Docker } from '../docker/client.ts'
import { daemonFacts } from '../docker/daemon.ts'
import { chooseIsolation } from './container/isolation.ts'
import { assertSocketPathsFit, sandboxesDir } from './paths.ts'
import type { SandboxContext } from './sandbox.ts'
import { createRestoreTurns } from './restore-turns.ts'
import { createStartSlots } from './start-slots.ts'
import { openFreezers } from './sleep/freezers.ts'
import { openUidPool } from './uid-pool.ts'

interface SandboxSettings {
  readonly docker: Docker
  readonly instance: string
  readonly dataDir: string
  readonly setting: 'auto' | 'gvisor' | 'runc'
  /** Docker network and resolv.conf, from `setUpNetwork`. */
  readonly network: string
  readonly resolvConf: string
  readonly gatewayGid: number
  /** Cores that one micro may use; 1 by default, and never more than there are. */
  readonly cpus?: number
}

/**
 * Asks the daemon what it can do and decides how sandboxes are made.
 *
 * @throws MicropushError `setup-incomplete` when the isolation that was asked for cannot be had or the data folder's path is too long;
 * `engine-unavailable` when the daemon does not answer.
 */
export async function openSandboxes(
  settings: SandboxSettings,
): Promise<{ readonly context: SandboxContext; readonly means: string }> {
  const { docker, instance, dataDir, network, gatewayGid, resolvConf } = settings
  assertSocketPathsFit(dataDir)
  const facts = await daemonFacts(docker)
  if (facts.remapsUsers)
    throw new MicropushError(
      'setup-incomplete',
      'The Docker daemon is rootless or remaps user ids, so a sandbox could not use the folder it shares with the host. Run it as root and without `userns-remap`.',
    )
  const { isolation, means } = chooseIsolation(settings.setting, facts.runtimes)
  await mkdir(sandboxesDir(dataDir), { recursive: true })
  // The gateway passes through it, whatever the umask says.
  await chmod(sandboxesDir(dataDir), 0o711)
  const host = {
    swappiness: facts.cgroupVersion === 1 && facts.swapLimit,
    resolvConf,
    cpus: Math.min(settings.cpus ?? 1, facts.cpus),
  }
  return {
    context: {
      docker,
      instance,
      dataDir,
      isolation,
      network,
      gatewayGid,
      host,
      uids: openUidPool(docker),
      starts: createStartSlots(),
      restores: createRestoreTurns(),
      freezers: openFreezers(docker),
      remains: new Set(),
    },
    means,
  }
}
