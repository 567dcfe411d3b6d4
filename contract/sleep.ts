import type { Deployment } from './deployment.ts'
import type { Settings } from './settings.ts'

/** How many requests in hand one sandbox is meant for where a micro's file says nothing. */
export const USUAL_CONCURRENCY = 50

/** What was replaced is visited by its permanent address alone, and hardly ever. */
const REPLACED_COLD_MS = 60_000

/** When a deployment sleeps, and how many sandboxes it may have. */
export interface SleepPolicy {
  /** After how long of nothing it is frozen; Infinity for never. */
  readonly idleMs: number
  /** After how long of being frozen it gives its memory back. */
  readonly coldMs: number
  readonly scale: { readonly max: number; readonly concurrency: number }
}

interface Context {
  readonly settings: Pick<Settings, 'idleMs' | 'evictMs'>
  /** Whether it is what its target's own host leads to, and not one that was replaced. */
  readonly isNewest: boolean
}

/**
 * What a deployment's file asks for, and the operator's usual times for the rest. Only the newest in production gets more than that: twenty
 * previews that never sleep, or a replaced deployment that nobody visits, are no use to anybody.
 */
export function sleepPolicy(
  { config, target }: Pick<Deployment, 'config' | 'target'>,
  { settings, isNewest }: Context,
): SleepPolicy {
  const { idleMs: idle = settings.idleMs, coldMs = settings.evictMs } = config.sleep ?? {}
  const idleMs = idle === 'never' ? Infinity : idle
  const scale = config.scale ?? { max: 1, concurrency: USUAL_CONCURRENCY }
  if (isNewest && target.kind === 'production') return { idleMs, coldMs, scale }
  return {
    idleMs: Math.min(idleMs, settings.idleMs),
    coldMs: Math.min(coldMs, settings.evictMs, isNewest ? Infinity : REPLACED_COLD_MS),
    scale: { ...scale, max: 1 },
  }
}
