import { defaultLimits } from '../../../contract/limits.ts'
import type { SandboxSpec } from '../sandbox.ts'
import { takesNewProcess } from './takes-new-process.ts'

/**
 * How a waiting sandbox can serve a deployment exactly as a plain start would: its loaded runtime takes the app over, another process is
 * started in it, or not at all, because a limit is another one that cannot be changed any more: the size of
 * its `/tmp`, and how many processes its init was born to.
 */
export function claimOf(
  spec: Pick<SandboxSpec, 'launch' | 'language' | 'env' | 'limits'>,
): 'adopt' | 'start' | undefined {
  const { launch, language, env, limits } = spec
  if (limits.tmpBytes !== defaultLimits.tmpBytes || limits.processes !== defaultLimits.processes) return undefined
  // Node measures its heap by the limit when it begins.
  if (limits.memoryBytes !== defaultLimits.memoryBytes) return 'start'
  if (launch.kind === 'command' || launch.language !== language || takesNewProcess(language, env)) return 'start'
  return 'adopt'
}
