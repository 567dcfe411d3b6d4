const FIRST_WAIT_MS = 5 * 60_000
const LONGEST_WAIT_MS = 6 * 3600_000
const KEPT = 10_000

/** How often the same is tried in vain: after five minutes, ten, twenty, and so on up to six hours. */
export interface Patience {
  allows(key: string, nowMs: number): boolean
  tried(key: string, nowMs: number): void
  /** What was tried in vain of everything whose key begins so is as if it had not been. */
  forget(prefix: string): void
}

export function createPatience(): Patience {
  const tries = new Map<string, { readonly times: number; readonly untilMs: number }>()
  return {
    forget(prefix) {
      for (const key of tries.keys()) if (key.startsWith(prefix)) tries.delete(key)
    },
    allows: (key, nowMs) => (tries.get(key)?.untilMs ?? 0) <= nowMs,
    tried(key, nowMs) {
      const times = (tries.get(key)?.times ?? 0) + 1
      tries.delete(key)
      // The first time may be long ago: what was lost since then is done again at once.
      const waitMs = times === 1 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (times - 2), LONGEST_WAIT_MS)
      tries.set(key, { times, untilMs: nowMs + waitMs })
      const [oldest] = tries.keys()
      if (tries.size > KEPT && oldest !== undefined) tries.delete(oldest)
    },
  }
}
