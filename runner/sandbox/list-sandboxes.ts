import { lstat } from 'node:fs/promises'
import { listContainers, type ListedContainer } from '../docker/containers.ts'
import { fromLabels, sandboxFilter } from './labels.ts'
import { sandboxPaths } from './paths.ts'
import type { Sandbox, SandboxContext } from './sandbox.ts'

export interface ListedSandbox {
  readonly sandbox: Sandbox
  readonly state: 'running' | 'frozen' | 'ended'
  /** Whether its start came to its end: the gateway's socket is there. A sandbox without was being started when its engine died. */
  readonly ready: boolean
}

/** The sandboxes of this instance, read from Docker's labels: what a restarted engine knows. */
export async function listSandboxes(context: SandboxContext): Promise<ListedSandbox[]> {
  const containers = await listContainers(context.docker, sandboxFilter(context.instance))
  const listed = await Promise.all(containers.map((container) => describe(context, container)))
  return listed.filter((sandbox) => sandbox !== undefined)
}

async function describe(context: SandboxContext, container: ListedContainer): Promise<ListedSandbox | undefined> {
  const of = fromLabels(container.labels)
  if (of === undefined) return undefined
  const { socket } = sandboxPaths(context.dataDir, of.sandboxId)
  return {
    sandbox: {
      id: of.sandboxId,
      containerId: container.id,
      deploymentId: of.deploymentId,
      socket,
      isolation: of.isolation,
      startedAtMs: container.createdAtMs,
    },
    state: stateOf(container.state),
    ready: await isSocket(socket),
  }
}

function stateOf(state: ListedContainer['state']): ListedSandbox['state'] {
  switch (state) {
    case 'running':
    case 'restarting':
      return 'running'
    case 'paused':
      return 'frozen'
    case 'created':
    case 'exited':
    case 'dead':
    case 'removing':
      return 'ended'
  }
}

async function isSocket(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSocket(),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
}
