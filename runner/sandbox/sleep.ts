import { pauseContainer, unpauseContainer } from '../docker/containers.ts'
import type { Sandbox, SandboxContext } from './sandbox.ts'

/** Stops all processes of a sandbox where they are; its memory and its sockets stay. Requests wait in the socket until it is thawed. */
export async function freeze(
  context: Pick<SandboxContext, 'docker'>,
  sandbox: Pick<Sandbox, 'containerId'>,
): Promise<void> {
  await pauseContainer(context.docker, sandbox.containerId)
}

/** Lets them go on. Always by the same mechanism that froze them: Docker does not notice another one's work. */
export async function thaw(
  context: Pick<SandboxContext, 'docker'>,
  sandbox: Pick<Sandbox, 'containerId'>,
): Promise<void> {
  await unpauseContainer(context.docker, sandbox.containerId)
}
