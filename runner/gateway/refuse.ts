import { answer, type AnswerTo, type Reason } from './answers/answer.ts'
import { faultOfEnd } from './answers/fault-of-end.ts'
import type { GatewayLimits } from './limits.ts'
import type { Call } from './request/call.ts'
import { awaitEnd } from './state/await-end.ts'
import type { Ready } from './state/micro.ts'
import type { Upstream } from './state/upstream.ts'
import type { Outcome } from './upstream/exchange.ts'

/** Answers a request ourselves. */
export function refuse(limits: Pick<GatewayLimits, 'lingerMs'>, call: Call, reason: Reason): void {
  const to: AnswerTo = {
    ...call,
    wantsHtml: call.head.wantsHtml,
    host: call.head.host,
    hasBody: call.head.body.kind !== 'none',
    lingerMs: limits.lingerMs,
  }
  answer(to, reason)
}

/** Why a micro that was not woken cannot answer. */
export function whyNotAwake(ready: Exclude<Ready, { kind: 'awake' | 'moved' | 'left' }>): Reason {
  switch (ready.kind) {
    case 'late':
      return { fault: 'wake-late', retryAfterSeconds: 5 }
    case 'away':
      return { fault: 'no-engine', retryAfterSeconds: 5 }
    case 'full':
      return { fault: 'busy' }
    case 'unavailable':
      return { fault: 'unavailable', message: ready.message, retryAfterSeconds: ready.retryAfterSeconds }
  }
}

/** What to say of an attempt that came to nothing; of a micro that broke off, what the engine knows of its end. */
export async function whyFailed(
  limits: Pick<GatewayLimits, 'endMs'>,
  to: Upstream,
  outcome: Exclude<Outcome, 'done'>,
): Promise<Reason> {
  if (outcome === 'backlog-full') return { fault: 'timeout' }
  const broke = outcome === 'stale' || outcome === 'crashed' || outcome === 'unreachable'
  if (!broke && outcome !== 'ended') return { fault: outcome }
  const told = to.end ?? (broke ? await awaitEnd(to, limits.endMs) : undefined)
  if (told !== undefined) return { fault: faultOfEnd(told.end), message: told.words }
  return { fault: outcome === 'unreachable' ? outcome : 'crashed' }
}
