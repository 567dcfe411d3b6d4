import { connectDocker } from '../../../../runner/docker/client.ts'
import { labels } from '../../../../runner/sandbox/labels.ts'
import { readOwner } from '../../../../runner/sandbox/owner.ts'
import { sandboxPaths, type SandboxPaths } from '../../../../runner/sandbox/paths.ts'
import { dockerSocket } from '../../sandbox/stage.ts'

/** A sandbox from the host's side. */
export interface Container {
  readonly id: string
  readonly sandboxId: string
  readonly uid: number
  readonly address: string
  readonly pid: number
  readonly paths: SandboxPaths
}

/** The sandbox of a deployment. @throws when it has none. */
export async function findContainer(dataDir: string, deploymentId: string): Promise<Container> {
  const docker = connectDocker(dockerSocket)
  const all = await docker.listContainers({ all: true, filters: { label: [`${labels.kind}=sandbox`] } })
  // One that waited for its app tells whose it is by a file.
  const owners = await Promise.all(all.map(({ Labels }) => readOwner(dataDir, Labels)))
  const found = all.find((_, at) => owners[at]?.deploymentId === deploymentId)
  if (found === undefined) throw new Error(`deployment ${deploymentId} has no sandbox`)
  const { Id, State, Config, NetworkSettings } = await docker.getContainer(found.Id).inspect()
  const sandboxId = Config.Labels[labels.sandbox] ?? ''
  return {
    id: Id,
    sandboxId,
    uid: Number(Config.Labels[labels.uid]),
    address: Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? '',
    pid: State.Pid,
    paths: sandboxPaths(dataDir, sandboxId),
  }
}
