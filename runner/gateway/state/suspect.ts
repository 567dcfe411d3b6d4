import { answersWithinMs } from '../protocol.ts'
import type { Outcome } from '../upstream/exchange.ts'
import type { Upstream } from './upstream.ts'
import type { Yard } from './yard.ts'

const EVERY_MS = 1000

interface Attempt {
  readonly deploymentId: string
  readonly to: Upstream
  readonly outcome: Outcome
  readonly timeoutMs: number
}

/** Whether a sandbox has answered a request to the end within so many ms: then it may be slow, and is not stuck. */
export function hasAnswered({ answeredAtMs }: Pick<Upstream, 'answeredAtMs'>, withinMs: number): boolean {
  return Date.now() - answeredAtMs < withinMs
}

/** Lets the engine look at a sandbox that does not behave, at most once a second. */
export function suspect(yard: Yard, { deploymentId, to, outcome, timeoutMs }: Attempt): void {
  const answers = hasAnswered(to, answersWithinMs(timeoutMs))
  const reason = outcome === 'timeout' ? (answers ? 'late' : 'timeout') : isBreak(outcome) ? 'broken' : undefined
  if (reason === undefined || Date.now() - to.suspectedAtMs < EVERY_MS) return
  to.suspectedAtMs = Date.now()
  yard.tell({ type: 'suspect', deploymentId, socket: to.socket, reason })
}

function isBreak(outcome: Outcome): boolean {
  return outcome === 'unreachable' || outcome === 'crashed' || outcome === 'reply-invalid'
}
