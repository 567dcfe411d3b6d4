import type { WakeKind } from './protocol.ts'

/** What one request's time went into; all in ms, points in time as `performance.now()` has them. */
export interface Trace {
  readonly startedMs: number
  /** The wake that it waited for, or that was under way when it was sent. */
  wake: { readonly by: WakeKind | undefined; readonly ms: number } | undefined
  /** How long it waited before it was sent to the micro. */
  queueMs: number
  /** How long it lay in the micro's socket before the micro awoke. */
  aheadMs: number
  /** When it was sent, or when the micro awoke, whichever came last. */
  sentMs: number
  /** When the head of the micro's answer came; 0 before that. */
  headMs: number
  /** Its end says nothing of the micro's speed: a WebSocket, or server-sent events. */
  isStream: boolean
}

export function startTrace(): Trace {
  return {
    startedMs: performance.now(),
    wake: undefined,
    queueMs: 0,
    aheadMs: 0,
    sentMs: 0,
    headMs: 0,
    isStream: false,
  }
}

/**
 * The field for an answer whose head has just come (https://www.w3.org/TR/server-timing/): `wake`, how it was woken and how long that took;
 * `queue`, how long the request waited; `app`, the micro's time to the first byte of its answer; `gateway`, the rest.
 */
export function serverTiming({ startedMs, wake, queueMs, aheadMs, sentMs, headMs }: Trace): string {
  const appMs = Math.max(0, headMs - sentMs)
  const metrics = [`queue;dur=${inMs(queueMs)}`, `app;dur=${inMs(appMs)}`]
  if (wake !== undefined) {
    const kind = wake.by === undefined ? '' : `;desc=${wake.by}`
    metrics.unshift(`wake${kind};dur=${inMs(wake.ms)}`)
  }
  metrics.push(`gateway;dur=${inMs(Math.max(0, headMs - startedMs - queueMs - aheadMs - appMs))}`)
  return metrics.join(', ')
}

function inMs(ms: number): string {
  return ms.toFixed(2)
}

/** In seconds, as it is counted: to its end, or of a stream to its beginning. */
export function secondsOf({ startedMs, headMs, isStream }: Trace): number {
  return ((isStream ? headMs : performance.now()) - startedMs) / 1000
}
