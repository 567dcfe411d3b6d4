import { sandboxState, type SandboxState } from '../../contract/sandbox-state.ts'
import { formatSize } from '../../contract/text/format-size.ts'
import { readSettings } from '../env.ts'
import { getText } from '../get-text.ts'

/** How a deployment is at the moment, as its runner says; undefined when none answers. */
export async function askSandboxState(deploymentId: string): Promise<SandboxState | undefined> {
  const { sockets } = readSettings()
  try {
    return sandboxState.parse(
      JSON.parse(await getText({ socketPath: sockets.runner, path: `/deployments/${deploymentId}` })),
    )
  } catch {
    // Not started, another user's, or of another version: whatever it is, the rest of what was asked for can be told.
    return undefined
  }
}

/** In words: `frozen for 12 min, 1 sandbox with 41 MB of memory`. */
export function describeSandboxState(state: SandboxState | undefined, nowMs: number): string {
  if (state === undefined) return 'hot, frozen or cold? The runner does not say'
  const { temperature, sinceMs, sandboxes, memoryBytes } = state
  const since = sinceMs === undefined ? '' : ` for ${inWords(Math.max(0, nowMs - sinceMs))}`
  if (sandboxes === 0) return `${temperature}${since}, no sandbox`
  const memory = memoryBytes === undefined ? '' : ` with ${formatSize(memoryBytes)} of memory`
  return `${temperature}${since}, ${sandboxes === 1 ? '1 sandbox' : `${sandboxes} sandboxes`}${memory}`
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}
