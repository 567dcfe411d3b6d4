import { listContainers, stopContainer, type ListedContainer } from '../docker/containers.ts'
import { removeContainer } from '../docker/remove-container.ts'
import { fromLabels, labels, sandboxFilter } from './labels.ts'
import { removeBox } from './mounts/make-box.ts'
import { readOwner, UNCLAIMED } from './owner.ts'
import { sandboxPaths } from './paths.ts'
import type { SandboxContext } from './sandbox.ts'

export interface DestroyOptions {
  /** Seconds for shutdown events between SIGTERM and SIGKILL; 0 kills at once. */
  readonly graceSeconds: number
  /** Called for one that belongs to a deployment when its processes have ended, while Docker still has what they wrote. */
  readonly onEnded?: (sandbox: { readonly containerId: string; readonly deploymentId: string }) => Promise<void>
}

/**
 * Ends a sandbox and gives back all it holds: container, mounts, folder, uid. It works from labels and files beside its socket alone, so it can follow a restart,
 * a half-made sandbox, or itself.
 */
export async function destroySandbox(
  context: SandboxContext,
  sandbox: { readonly id: string },
  { graceSeconds, onEnded }: DestroyOptions = { graceSeconds: 5 },
): Promise<void> {
  const containers = await listContainers(context.docker, [
    ...sandboxFilter(context.instance),
    `${labels.sandbox}=${sandbox.id}`,
  ])
  for (const container of containers) {
    await awaken(context, container)
    if (graceSeconds > 0 || onEnded !== undefined) await stopContainer(context.docker, container.id, graceSeconds)
    const deploymentId = (await readOwner(context.dataDir, container.labels))?.deploymentId ?? UNCLAIMED
    if (deploymentId !== UNCLAIMED) await onEnded?.({ containerId: container.id, deploymentId })
    context.freezers.forget(container.id)
    await removeContainer(context.docker, container.id)
  }
  await removeBox(sandboxPaths(context.dataDir, sandbox.id))
  context.uids.unclaim(sandbox.id)
  for (const container of containers) context.uids.release(Number(container.labels[labels.uid]))
}

/** A stopped process hears no SIGTERM, and one that its kernel has paused not even SIGKILL. */
async function awaken(
  context: SandboxContext,
  { id: containerId, state, labels: found }: ListedContainer,
): Promise<void> {
  if (state !== 'running' && state !== 'paused') return
  const isolation = fromLabels(found)?.isolation ?? context.isolation
  await context.freezers.thaw({ containerId, isolation }).catch(() => {
    // It has ended meanwhile, or it is in doubt how it stands: Docker ends it all the same, if less gently.
  })
}
