import { assign } from './choose-upstream.ts'
import { noteLoad } from './load.ts'
import type { Hold, Micro } from './micro.ts'
import { closeUpstream } from './upstream.ts'
import { forgetMicro, type Yard } from './yard.ts'

/** Counts one request or connection; the lease stays until `release`. */
export function hold(yard: Yard, micro: Micro, entry: Hold): void {
  micro.holds.add(entry)
  noteLoad(yard, micro)
}

export function release(yard: Yard, micro: Micro, entry: Hold): void {
  if (!micro.holds.delete(entry)) return
  assign(yard, { micro, entry }, undefined)
  noteLoad(yard, micro)
  if (micro.holds.size > 0) return
  if (micro.drainTimers === undefined) watchIdle(yard, micro)
  else endDrain(yard, micro)
}

/** Starts the idle time of a leased micro that nothing holds; what is due at its end is to give the lease back. */
export function watchIdle(yard: Yard, micro: Micro): void {
  micro.idleSinceMs = Date.now()
  // One timer at a time, which looks when it fires: to set one anew for each request would cost more than the rest of the counting.
  if (micro.idleTimer === undefined) setIdleTimer(yard, micro, micro.idleMs)
}

/** Another idle time counts from the end of its last hold on, which may have been longer ago than that. */
export function setIdleTime(yard: Yard, micro: Micro, idleMs: number): void {
  if (micro.idleMs === idleMs) return
  micro.idleMs = idleMs
  clearTimeout(micro.idleTimer)
  micro.idleTimer = undefined
  if (micro.drainTimers === undefined) setIdleTimer(yard, micro, Math.max(0, micro.idleSinceMs + idleMs - Date.now()))
}

function setIdleTimer(yard: Yard, micro: Micro, afterMs: number): void {
  if (micro.lease.kind !== 'held' || micro.holds.size > 0 || micro.idleMs === 0) return
  micro.idleTimer = setTimeout(() => {
    micro.idleTimer = undefined
    const leftMs = micro.idleSinceMs + micro.idleMs - Date.now()
    if (leftMs > 0) setIdleTimer(yard, micro, leftMs)
    else giveBack(yard, micro)
  }, afterMs)
}

/** No route leads to it any more: it finishes what it has, within bounds, and then the engine hears `drained`. */
export function startDrain(yard: Yard, micro: Micro): void {
  if (micro.drainTimers !== undefined) return
  clearTimeout(micro.idleTimer)
  micro.idleTimer = undefined
  const requestsMs = Math.max(yard.limits.drainRequestsMs, micro.timeoutMs)
  micro.drainTimers = [
    setTimeout(() => abortHolds(micro, 'request'), requestsMs),
    setTimeout(() => abortHolds(micro, 'stream'), Math.max(requestsMs, yard.limits.drainStreamsMs)),
  ]
  if (micro.holds.size === 0) endDrain(yard, micro)
}

/** A route leads to it again, as after a roll-back. */
export function cancelDrain(yard: Yard, micro: Micro): void {
  if (micro.drainTimers === undefined) return
  for (const timer of micro.drainTimers) clearTimeout(timer)
  micro.drainTimers = undefined
  watchIdle(yard, micro)
}

/** Ends requests and streams, or one kind of them, at once. */
export function abortHolds(micro: Micro, kind?: Hold['kind']): void {
  for (const entry of micro.holds) if (kind === undefined || entry.kind === kind) entry.abort()
}

/** Nothing is dialled from now on before another wake was answered. */
function giveBack(yard: Yard, micro: Micro): void {
  if (micro.lease.kind !== 'held' || micro.holds.size > 0) return
  // Nobody would freeze it while the engine is away, so the lease stays; the next snapshot starts its idle time anew.
  if (!yard.tell({ type: 'idle', deploymentId: micro.deploymentId })) return
  micro.lease = { kind: 'none' }
  // Connections kept through a freeze would be dead or refused afterwards. A sandbox has time to see their end: it is frozen when it is quiet.
  for (const upstream of micro.upstreams.values()) closeUpstream(upstream)
  micro.upstreams.clear()
}

function endDrain(yard: Yard, micro: Micro): void {
  const { deploymentId } = micro
  if (micro.lease.kind === 'held') yard.tell({ type: 'idle', deploymentId })
  yard.tell({ type: 'drained', deploymentId })
  forgetMicro(yard, micro)
}
