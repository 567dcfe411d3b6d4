import type { Hold, Micro } from './micro.ts'
import type { Yard } from './yard.ts'

/**
 * Another sandbox has taken the place of the one behind this socket: what it has begun goes on, within the bounds of a drain, and then the
 * engine hears `drained`.
 */
export function leaveSocket(yard: Yard, micro: Micro, socket: string): void {
  if (micro.leaving.has(socket)) return
  const requestsMs = Math.max(yard.limits.drainRequestsMs, micro.timeoutMs)
  micro.leaving.set(socket, [
    setTimeout(() => abortOn(micro, { socket, kind: 'request' }), requestsMs),
    setTimeout(() => abortOn(micro, { socket, kind: 'stream' }), Math.max(requestsMs, yard.limits.drainStreamsMs)),
  ])
  noteLeft(yard, micro, socket)
}

/** Notes to which sandbox a request goes, the first time or when it is tried again at another one. */
export function goTo(yard: Yard, of: { readonly micro: Micro; readonly entry: Hold }, socket: string): void {
  const former = of.entry.socket
  of.entry.socket = socket
  if (former !== socket) noteLeft(yard, of.micro, former)
}

/** Ends the wait for a socket that nothing uses any more. */
export function noteLeft(yard: Yard, micro: Micro, socket: string | undefined): void {
  const timers = socket === undefined ? undefined : micro.leaving.get(socket)
  if (socket === undefined || timers === undefined) return
  for (const entry of micro.holds) if (entry.socket === socket) return
  for (const timer of timers) clearTimeout(timer)
  micro.leaving.delete(socket)
  yard.tell({ type: 'drained', deploymentId: micro.deploymentId, socket })
}

function abortOn(micro: Micro, of: { readonly socket: string; readonly kind: Hold['kind'] }): void {
  for (const entry of micro.holds) if (entry.socket === of.socket && entry.kind === of.kind) entry.abort()
}
