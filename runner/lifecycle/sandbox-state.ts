import type { SandboxState } from '../../contract/sandbox-state.ts'
import type { Runner } from '../runner.ts'
import { usedMemory } from '../sandbox/cgroup/used-memory.ts'

/** How a deployment is at the moment; one that is not known is cold. */
export async function readSandboxState({ fleet }: Pick<Runner, 'fleet'>, deploymentId: string): Promise<SandboxState> {
  const temperature = fleet.temperature(deploymentId)
  const sinceMs = fleet.frozen().find((one) => one.deploymentId === deploymentId)?.sinceMs
  const sandboxes = fleet.sandboxes(deploymentId)
  const used = await Promise.all(sandboxes.map(({ containerId }) => usedMemory(containerId)))
  const known = used.filter((bytes) => bytes !== undefined)
  return {
    temperature,
    ...(sinceMs === undefined ? {} : { sinceMs }),
    sandboxes: sandboxes.length,
    ...(known.length === 0 ? {} : { memoryBytes: known.reduce((sum, bytes) => sum + bytes, 0) }),
  }
}
