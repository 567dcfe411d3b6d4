import { z } from 'zod'
import type { Caller } from '../auth/caller.ts'
import { createSecondary, type Secondary } from './secondary-rate.ts'

const LIMIT = 15_000
const HOUR_SECONDS = 3600

/** The body of `PUT /api/v3/_rate`: the limits that hold from then on, each only if it is there. */
export const rateOrder = z.strictObject({
  /** Requests in a window. */
  limit: z.number().int().min(1).optional(),
  windowSeconds: z.number().int().min(1).default(HOUR_SECONDS),
  /** GitHub's are 900 points a minute (a read is one, a write five), 80 contents a minute, 100 requests at a time. */
  pointsPerMinute: z.number().int().min(1).optional(),
  contentsPerMinute: z.number().int().min(1).optional(),
  concurrent: z.number().int().min(1).optional(),
})

export type RateOrder = z.infer<typeof rateOrder>

interface Rate {
  readonly limit: number
  readonly used: number
  readonly remaining: number
  /** Seconds since 1970. */
  readonly reset: number
}

export interface Counted {
  readonly caller: Caller
  readonly method: string
  readonly path: string
  readonly nowMs: number
}

/** What a limit says: which it is, and for how many seconds, where GitHub would tell. */
export interface Limited {
  readonly message: string
  readonly retryAfter?: number
}

/** Counts requests by caller. The forge tells how much of an hour is used, and refuses because of it only when it is told to. */
export interface Rates {
  of(caller: Caller, nowMs: number): Rate
  /** Counts one request; what is said in its place where a limit is reached. */
  admit(request: Counted): Limited | undefined
  /** The request is answered. An answer that the caller knew already costs nothing. */
  settle(request: Counted, status: number): void
  /** GitHub's headers. */
  headers(caller: Caller, nowMs: number): Record<string, string>
  /** Undefined: no limit holds any more. Counting begins anew. */
  enforce(order: RateOrder | undefined): void
}

export function createRates(): Rates {
  const counters = new Map<string, { used: number; reset: number }>()
  let order: RateOrder | undefined
  let secondary: Secondary = createSecondary({})
  const counter = (caller: Caller, nowMs: number) => {
    const name = nameOf(caller)
    const nowSeconds = Math.floor(nowMs / 1000)
    const known = counters.get(name)
    if (known !== undefined && known.reset > nowSeconds) return known
    const fresh = { used: 0, reset: nowSeconds + (order?.windowSeconds ?? HOUR_SECONDS) }
    counters.set(name, fresh)
    return fresh
  }
  const rateOf = (caller: Caller, nowMs: number): Rate => {
    const limit = order?.limit ?? LIMIT
    const { used, reset } = counter(caller, nowMs)
    return { limit, used: Math.min(used, limit), remaining: Math.max(0, limit - used), reset }
  }
  return {
    of: rateOf,
    admit(request) {
      const { caller, nowMs } = request
      const counts = caller.kind === 'installation' || caller.kind === 'app'
      const slow = counts ? secondary.admit(nameOf(caller), request) : undefined
      if (slow !== undefined) return slow
      const used = counter(caller, nowMs)
      used.used += 1
      if (!counts || order?.limit === undefined || used.used <= order.limit) return undefined
      secondary.settle(nameOf(caller))
      return { message: `API rate limit exceeded for ${nameOf(caller)}.` }
    },
    settle({ caller, nowMs }, status) {
      secondary.settle(nameOf(caller))
      if (status === 304) counter(caller, nowMs).used -= 1
    },
    headers(caller, nowMs) {
      const { limit, used, remaining, reset } = rateOf(caller, nowMs)
      return {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(remaining),
        'x-ratelimit-used': String(used),
        'x-ratelimit-reset': String(reset),
        'x-ratelimit-resource': 'core',
      }
    },
    enforce(next) {
      order = next
      secondary = createSecondary(next ?? {})
      counters.clear()
    },
  }
}

function nameOf(caller: Caller): string {
  if (caller.kind === 'installation') return `installation ID ${caller.installation.id}`
  return caller.kind === 'person' ? `user ${caller.login}` : caller.kind
}
