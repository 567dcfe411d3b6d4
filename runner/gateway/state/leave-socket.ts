import { settleLeft } from './choose-upstream.ts'
import type { Hold, Micro } from './micro.ts'
import type { Upstream } from './upstream.ts'
import type { Yard } from './yard.ts'

/**
 * This sandbox is to end: what it has begun goes on, within the bounds of a drain, and then the engine hears `drained`. At once when nothing
 * of ours runs there.
 */
export function leaveSocket(yard: Yard, micro: Micro, socket: string): void {
  micro.sockets = micro.sockets.filter((one) => one !== socket)
  const upstream = micro.upstreams.get(socket)
  if (upstream === undefined) {
    yard.tell({ type: 'drained', deploymentId: micro.deploymentId, socket })
    return
  }
  if (upstream.leaving !== undefined) return
  const requestsMs = Math.max(yard.limits.drainRequestsMs, micro.timeoutMs)
  upstream.leaving = [
    setTimeout(() => abortOn(micro, { upstream, kind: 'request' }), requestsMs),
    setTimeout(() => abortOn(micro, { upstream, kind: 'stream' }), Math.max(requestsMs, yard.limits.drainStreamsMs)),
  ]
  if (upstream.requests === 0) settleLeft(yard, micro, upstream)
}

/** It stays after all, as when a request came for one that was to be evicted. */
export function stayWith(upstream: Upstream): void {
  for (const timer of upstream.leaving ?? []) clearTimeout(timer)
  upstream.leaving = undefined
}

/** Ends what was sent to one sandbox, or one kind of it, at once. */
export function abortOn(micro: Micro, of: { readonly upstream: Upstream; readonly kind?: Hold['kind'] }): void {
  for (const entry of micro.holds) {
    if (entry.upstream === of.upstream && (of.kind === undefined || entry.kind === of.kind)) entry.abort()
  }
}
