import type { Settings } from './settings.ts'

const HOUR_MS = 60 * 60 * 1000

/** What a repository's micros may ask for besides limits. */
export interface Allowance {
  /** The longest of nothing after which one is frozen; Infinity where it may stay awake for good. */
  readonly idleMs: number
  /** The most sandboxes of one micro. */
  readonly sandboxes: number
}

/** More of one micro than this is work for a second machine. */
export const MOST_SANDBOXES = 64

/** What an operator allows everybody who says nothing else. */
export const defaultAllowance: Allowance = { idleMs: HOUR_MS, sandboxes: 4 }

/** What this operator allows everybody. */
export function usualAllowance({ longestIdleMs, scaleMax }: Pick<Settings, 'longestIdleMs' | 'scaleMax'>): Allowance {
  return { idleMs: longestIdleMs, sandboxes: scaleMax }
}
