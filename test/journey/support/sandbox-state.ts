import { getText } from '../../../cli/get-text.ts'
import { sandboxState, type SandboxState } from '../../../contract/sandbox-state.ts'
import { parseSettings } from '../../../contract/settings.ts'
import type { Stack } from './stack.ts'

/** How a deployment is at the moment, as the runner says. */
export async function stateOf(stack: Stack, deploymentId: string): Promise<SandboxState> {
  const socketPath = parseSettings(stack.env).sockets.runner
  return sandboxState.parse(JSON.parse(await getText({ socketPath, path: `/deployments/${deploymentId}` })))
}
