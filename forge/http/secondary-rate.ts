import type { Counted, Limited, RateOrder } from './rate.ts'

const MINUTE_MS = 60_000
const WRITE_POINTS = 5

/** What people are notified of: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const CONTENT = /\/(?:comments|pulls|issues|statuses\/[^/]+|deployments|check-runs)$/

/** GitHub's limits on how fast and how much at a time. */
export interface Secondary {
  admit(caller: string, request: Counted): Limited | undefined
  /** One that was admitted is over. */
  settle(caller: string): void
}

type Limits = Partial<Pick<RateOrder, 'pointsPerMinute' | 'contentsPerMinute' | 'concurrent'>>

export function createSecondary({ pointsPerMinute, contentsPerMinute, concurrent }: Limits): Secondary {
  const running = new Map<string, number>()
  const minutes = new Map<string, { startMs: number; points: number; contents: number }>()
  return {
    admit(caller, { method, path, nowMs }) {
      const now = running.get(caller) ?? 0
      const known = minutes.get(caller)
      const fresh = known === undefined || nowMs - known.startMs >= MINUTE_MS
      const minute = fresh ? { startMs: nowMs, points: 0, contents: 0 } : known
      minutes.set(caller, minute)
      const points = minute.points + (method === 'GET' ? 1 : WRITE_POINTS)
      const contents = minute.contents + (method === 'POST' && CONTENT.test(path) ? 1 : 0)
      if (
        now >= (concurrent ?? Infinity) ||
        points > (pointsPerMinute ?? Infinity) ||
        contents > (contentsPerMinute ?? Infinity)
      ) {
        const retryAfter = Math.max(1, Math.ceil((minute.startMs + MINUTE_MS - nowMs) / 1000))
        return { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.', retryAfter }
      }
      minute.points = points
      minute.contents = contents
      running.set(caller, now + 1)
      return undefined
    },
    settle(caller) {
      running.set(caller, Math.max(0, (running.get(caller) ?? 0) - 1))
    },
  }
}
