import type { Caller } from '../auth/caller.ts'

const LIMIT = 15_000
const HOUR_SECONDS = 3600

interface Rate {
  readonly limit: number
  readonly used: number
  readonly remaining: number
  /** Seconds since 1970. */
  readonly reset: number
}

/** Counts requests by caller. The forge tells how much of an hour is used, and never refuses because of it. */
export interface Rates {
  of(caller: Caller, nowMs: number): Rate
  /** Counts one request and gives GitHub's headers for it. */
  count(caller: Caller, nowMs: number): Record<string, string>
}

export function createRates(): Rates {
  const counters = new Map<string, { used: number; reset: number }>()
  const counter = (caller: Caller, nowMs: number) => {
    const name = caller.kind === 'installation' ? `installation/${caller.installation.id}` : caller.kind
    const nowSeconds = Math.floor(nowMs / 1000)
    const known = counters.get(name)
    if (known !== undefined && known.reset > nowSeconds) return known
    const fresh = { used: 0, reset: nowSeconds + HOUR_SECONDS }
    counters.set(name, fresh)
    return fresh
  }
  const rateOf = (caller: Caller, nowMs: number): Rate => {
    const { used, reset } = counter(caller, nowMs)
    return { limit: LIMIT, used, remaining: Math.max(0, LIMIT - used), reset }
  }
  return {
    of: rateOf,
    count(caller, nowMs) {
      counter(caller, nowMs).used += 1
      const { limit, used, remaining, reset } = rateOf(caller, nowMs)
      return {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(remaining),
        'x-ratelimit-used': String(used),
        'x-ratelimit-reset': String(reset),
        'x-ratelimit-resource': 'core',
      }
    },
  }
}
