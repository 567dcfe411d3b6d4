import { noteLeft } from './leave-socket.ts'
import type { Hold, Micro } from './micro.ts'
import { forgetMicro, type Yard } from './yard.ts'

/** Counts one request or connection; the micro stays awake until `release`. */
export function hold(micro: Micro, entry: Hold): void {
  micro.holds.add(entry)
  if (micro.idleTimer === undefined) return
  clearTimeout(micro.idleTimer)
  micro.idleTimer = undefined
}

export function release(yard: Yard, micro: Micro, entry: Hold): void {
  if (!micro.holds.delete(entry)) return
  noteLeft(yard, micro, entry.socket)
  if (micro.holds.size > 0) return
  if (micro.drainTimers === undefined) watchIdle(yard, micro)
  else endDrain(yard, micro)
}

/** Starts the idle time of an awake micro that nothing holds; what is due at its end is sleep. */
export function watchIdle(yard: Yard, micro: Micro): void {
  clearTimeout(micro.idleTimer)
  micro.idleTimer = undefined
  if (micro.state.kind !== 'awake' || micro.holds.size > 0) return
  micro.idleTimer = setTimeout(() => sleep(yard, micro), yard.idleMs)
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

/** Marked asleep before the engine hears of it: a request from now on asks for a wake, which the engine handles after the freeze. */
function sleep(yard: Yard, micro: Micro): void {
  micro.idleTimer = undefined
  if (micro.state.kind !== 'awake' || micro.holds.size > 0) return
  const { socket } = micro.state
  // A connection kept through a freeze would be dead or refused afterwards.
  micro.kept.destroy()
  micro.state = { kind: 'asleep' }
  // Nobody would freeze it while the engine is away, so it stays awake; the next snapshot starts its idle time anew.
  if (!yard.tell({ type: 'idle', deploymentId: micro.deploymentId })) micro.state = { kind: 'awake', socket }
}

function endDrain(yard: Yard, micro: Micro): void {
  yard.tell({ type: 'drained', deploymentId: micro.deploymentId })
  forgetMicro(yard, micro)
}
