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

const counters = new Map<string, { used: number; reset: number }>()

/** How much of its hour a caller has used. The forge counts and tells, and never refuses because of it. */
export function rateOf(caller: Caller, nowMs: number): Rate {
  const { used, reset } = counter(caller, nowMs)
  return { limit: LIMIT, used, remaining: Math.max(0, LIMIT - used), reset }
}

/** Counts one request and gives GitHub's headers for it. */
export function countRequest(caller: Caller, nowMs: number): Record<string, string> {
  counter(caller, nowMs).used += 1
  const { limit, used, remaining, reset } = rateOf(caller, nowMs)
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-used': String(used),
    'x-ratelimit-reset': String(reset),
    'x-ratelimit-resource': 'core',
  }
}

function counter(caller: Caller, nowMs: number): { used: number; reset: number } {
  const name = caller.kind === 'installation' ? `installation/${caller.grant.installationId}` : caller.kind
  const nowSeconds = Math.floor(nowMs / 1000)
  const known = counters.get(name)
  if (known !== undefined && known.reset > nowSeconds) return known
  const fresh = { used: 0, reset: nowSeconds + HOUR_SECONDS }
  counters.set(name, fresh)
  return fresh
}
