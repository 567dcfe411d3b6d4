import type { SandboxSpec } from '../sandbox.ts'
import { cellLimits } from './cell.ts'
import { takesNewProcess } from './takes-new-process.ts'

/**
 * How a waiting sandbox can serve a deployment exactly as a plain start would: its loaded runtime takes the app over, another process is
 * started in it, or not at all, because a limit is another one.
 */
export function claimOf(
  spec: Pick<SandboxSpec, 'launch' | 'language' | 'env' | 'limits'>,
): 'adopt' | 'start' | undefined {
  const { launch, language, env, limits } = spec
  const same =
    limits.memoryBytes === cellLimits.memoryBytes &&
    limits.processes === cellLimits.processes &&
    limits.tmpBytes === cellLimits.tmpBytes
  if (!same) return undefined
  if (launch.kind === 'command' || launch.language !== language || takesNewProcess(language, env)) return 'start'
  return 'adopt'
}
