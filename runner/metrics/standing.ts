import type { Fleet } from '../lifecycle/fleet.ts'
import type { SandboxState } from './metrics.ts'

/** The sandboxes that the fleet has, and in which state each is. */
export function standingOf(
  fleet: Pick<Fleet, 'sandboxes' | 'temperature'>,
): { readonly containerId: string; readonly state: SandboxState }[] {
  return fleet.sandboxes().map(({ containerId, deploymentId }) => ({
    containerId,
    state: fleet.temperature(deploymentId),
  }))
}
