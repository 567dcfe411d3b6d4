import type { Deployment } from '../../contract/deployment.ts'
import type { Settings } from '../../contract/settings.ts'
import { sleepPolicy, USUAL_CONCURRENCY, type SleepPolicy } from '../../contract/sleep.ts'

/** What the engine keeps in mind of a deployment that it serves. */
interface Policy extends SleepPolicy {
  /** The execution time of a request, in ms. */
  readonly timeoutMs: number
  /** Whose it is, in lower case: GitHub tells owners apart whatever the case of their letters. */
  readonly owner: string
}

export interface Policies {
  note(deployment: Deployment): void
  forget(deploymentId: string): void
  /** The operator's usual policy for one that is not known. */
  of(deploymentId: string): Policy
}

/** @param newest ids of what their targets' own hosts lead to; looked up anew each time. */
export function createPolicies(settings: Settings, newest: ReadonlySet<string>): Policies {
  const known = new Map<string, Record<'newest' | 'replaced', Policy>>()
  const usual: Policy = {
    idleMs: settings.idleMs,
    coldMs: settings.evictMs,
    scale: { max: 1, concurrency: USUAL_CONCURRENCY },
    timeoutMs: 0,
    owner: '',
  }
  return {
    note(deployment) {
      const { timeoutMs } = deployment.config.limits
      const owner = deployment.owner.toLowerCase()
      const policy = (isNewest: boolean) => ({ ...sleepPolicy(deployment, { settings, isNewest }), timeoutMs, owner })
      known.set(deployment.id, { newest: policy(true), replaced: policy(false) })
    },
    forget: (id) => void known.delete(id),
    of: (id) => known.get(id)?.[newest.has(id) ? 'newest' : 'replaced'] ?? usual,
  }
}
