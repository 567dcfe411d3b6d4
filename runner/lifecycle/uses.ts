import { setTimeout as delay } from 'node:timers/promises'
import { getDeployment } from '../../contract/store/deployments.ts'
import { notePreviewUse } from '../../contract/store/preview-uses.ts'
import { targetKey } from '../../contract/target-key.ts'
import type { Runner } from '../runner.ts'

const EVERY_MS = 60_000
/** Ids come from a gateway, which strangers talk to. */
const MOST_MARKS = 10_000

/** Which deployments were asked for something since it was last looked at. */
export interface Uses {
  mark(deploymentId: string): void
  /** Gives what was marked, and begins anew. */
  take(): ReadonlySet<string>
}

export function createUses(): Uses {
  let marked = new Set<string>()
  return {
    mark(deploymentId) {
      if (marked.size < MOST_MARKS) marked.add(deploymentId)
    },
    take() {
      const taken = marked
      marked = new Set()
      return taken
    },
  }
}

/** Notes once a minute which previews were in use, until the signal aborts: those that nobody uses end after a while. */
export async function keepUses(runner: UsesOf, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // Rejects only by the signal, after which what was marked is still to be noted.
    await delay(EVERY_MS, undefined, { signal }).catch(() => {})
    await noteUses(runner, Date.now()).catch((error: unknown) =>
      runner.log.warn({ err: error }, 'the use of previews could not be noted'),
    )
  }
}

type UsesOf = Pick<Runner, 'uses' | 'fleet' | 'routed' | 'store' | 'log'>

/** Of what is asked for something without a pause there is no mark, but it is awake. */
export async function noteUses({ uses, fleet, routed, store }: UsesOf, nowMs: number): Promise<void> {
  const used = new Set([...uses.take(), ...fleet.awake()])
  const previews = [...routed.values()].filter(({ noindex, deploymentId }) => noindex && used.has(deploymentId))
  const found = await Promise.all(previews.map(({ deploymentId }) => getDeployment(store, deploymentId)))
  const keys = found.flatMap((one) => (one?.target.kind === 'preview' ? [targetKey(one)] : []))
  await notePreviewUse(store, keys, nowMs)
}
