import type { MicroConfig } from '../../contract/config.ts'
import { isPending } from '../../contract/deployment.ts'
import { sharesOwner } from '../../contract/names.ts'
import type { Standing } from '../../contract/store/micros.ts'
import type { Trigger } from '../deploy/trigger.ts'
import type { Change } from './change.ts'
import { skipByMessage } from './skip-by-message.ts'
import { skipByPaths } from './skip-by-paths.ts'

interface Wanted {
  readonly trigger: Pick<Trigger, 'branch' | 'owner' | 'target'>
  readonly config: MicroConfig
  readonly change: Change
}

/**
 * Why a micro is not deployed at a commit, in words for its status; undefined when it is. What counts as changed is what differs from what is
 * live: whatever was skipped, superseded or failed since then is still to come.
 */
export async function whySkip(
  { newest, live }: Pick<Standing, 'newest' | 'live'>,
  { trigger, config, change }: Wanted,
): Promise<string | undefined> {
  // It is to be served under another name, whatever has changed in it.
  if (live !== undefined && !sharesOwner(live, trigger)) return undefined
  const marker = skipByMessage(await change.message())
  if (marker !== undefined) return `${marker} in the commit's message`
  if (config.paths === undefined && config.ignore === undefined) return undefined
  // What is under way would go live after all that was skipped, even if this commit takes it back.
  if (newest !== undefined && isPending(newest.state)) return undefined
  if (live === undefined) return skipByPaths(config, await change.whole())
  // A micro ends with the branch that it is of, and a preview is made anew when it gets other secrets.
  if (live.branch !== trigger.branch || !sharesSecrets(live.target, trigger.target)) return undefined
  return skipByPaths(config, await change.since(live.sha))
}

function sharesSecrets(a: Trigger['target'], b: Trigger['target']): boolean {
  return a.kind === 'production' || b.kind === 'production' || a.secrets === b.secrets
}
