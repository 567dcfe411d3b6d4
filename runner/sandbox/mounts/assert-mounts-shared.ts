import { MicropushError } from '../../../contract/errors.ts'
import { daemonSees } from '../../docker/probe.ts'
import { labels } from '../labels.ts'
import { makeBox, removeBox } from './make-box.ts'
import { newSandboxId, sandboxPaths } from '../paths.ts'
import type { SandboxContext } from '../sandbox.ts'

/**
 * Makes sure that what is mounted below the data folder is there for the Docker daemon too; else every sandbox would fail at its start, or
 * share an empty folder of the host's disk. It is not so when the runner is in a container of its own and the mount does not propagate.
 *
 * @throws MicropushError `setup-incomplete`, saying what to do.
 */
export async function assertMountsShared(
  context: Pick<SandboxContext, 'docker' | 'instance' | 'dataDir' | 'gatewayGid'>,
): Promise<void> {
  const { docker, instance, dataDir, gatewayGid } = context
  // Named and made as a sandbox's, so that the next runner sweeps it away when this one dies here.
  const paths = sandboxPaths(dataDir, newSandboxId())
  try {
    await makeBox(paths, { uid: 0, gatewayGid })
    if (await daemonSees(docker, paths.box, { [labels.instance]: instance, [labels.kind]: 'probe' })) return
    throw new MicropushError(
      'setup-incomplete',
      `The Docker daemon does not see what the runner mounts below ${dataDir}. The folder must have the same path on the host and in the runner, be on a shared mount of the host, and be given to the runner's container with \`rshared\`. On the host: mount --bind ${dataDir} ${dataDir} && mount --make-rshared ${dataDir}; then start the runner's container again.`,
    )
  } finally {
    await removeBox(paths)
  }
}
