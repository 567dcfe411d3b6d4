import { lstat } from 'node:fs/promises'
import { listContainers, type ListedContainer } from '../docker/containers.ts'
import { labels, sandboxFilter } from './labels.ts'
import { readOwner } from './owner.ts'
import { sandboxPaths } from './paths.ts'
import type { Isolation } from './container/isolation.ts'
import type { Sandbox, SandboxContext } from './sandbox.ts'

export interface ListedSandbox {
  readonly sandbox: Sandbox
  readonly state: 'running' | 'frozen' | 'ended'
  /** Whether its start came to its end: the gateway's socket is there. A sandbox without was being started when its engine died. */
  readonly ready: boolean
}

/**
 * The sandboxes of this instance, read from Docker's labels and what is noted beside their sockets: what a restarted engine knows. Those that nobody has
 * claimed are among them, with `UNCLAIMED` for a deployment.
 */
export async function listSandboxes(context: SandboxContext): Promise<ListedSandbox[]> {
  const containers = await listContainers(context.docker, sandboxFilter(context.instance))
  const listed = await Promise.all(containers.map((container) => describe(context, container)))
  return listed.filter((sandbox) => sandbox !== undefined)
}

async function describe(context: SandboxContext, container: ListedContainer): Promise<ListedSandbox | undefined> {
  const of = await readOwner(context.dataDir, container.labels)
  if (of === undefined) return undefined
  const { socket } = sandboxPaths(context.dataDir, of.sandboxId)
  return {
    sandbox: {
      id: of.sandboxId,
      containerId: container.id,
      deploymentId: of.deploymentId,
      socket,
      isolation: of.isolation,
      startedBy: startedBy(container, of.isolation),
      startedAtMs: of.claimedAtMs ?? container.createdAtMs,
    },
    state: await stateOf(context, container, of.isolation),
    ready: await isSocket(socket),
  }
}

/** Only a plain start knows the deployment when the container is made. */
function startedBy(container: ListedContainer, isolation: Isolation): Sandbox['startedBy'] {
  if (container.labels[labels.deployment] !== undefined) return 'plain'
  return isolation === 'gvisor' ? 'snapshot' : 'cell'
}

async function stateOf(
  context: SandboxContext,
  { id: containerId, state }: ListedContainer,
  isolation: Isolation,
): Promise<ListedSandbox['state']> {
  switch (state) {
    case 'running':
    case 'restarting':
    case 'paused':
      // Docker hears of its own pause only.
      return context.freezers.isFrozen({ containerId, isolation }).then(
        (isFrozen) => (isFrozen ? 'frozen' : 'running'),
        // One of which nobody can say whether it runs is of no use.
        () => 'ended',
      )
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
