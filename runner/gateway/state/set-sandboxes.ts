import { watchIdle } from './activity.ts'
import { settleEnd } from './await-end.ts'
import { settleLeft } from './choose-upstream.ts'
import { abortOn, stayWith } from './leave-socket.ts'
import type { Micro } from './micro.ts'
import type { ToldEnd } from './upstream.ts'
import { dropLease, settleWake } from './wake.ts'
import type { WakeKind } from '../protocol.ts'
import type { Yard } from './yard.ts'

/** The sandboxes that a micro has from now on; what runs in one that it has no more goes on there. */
export function setSandboxes(yard: Yard, micro: Micro, sockets: readonly string[]): void {
  micro.sockets = sockets
  if (sockets.length > 0 && micro.lease.kind === 'unavailable') micro.lease = { kind: 'none' }
  for (const upstream of micro.upstreams.values()) {
    if (sockets.includes(upstream.socket)) stayWith(upstream)
    else if (upstream.requests === 0) settleLeft(yard, micro, upstream)
  }
}

/** The answer to a wake: the lease, for all who wait. */
export function setAwake(yard: Yard, micro: Micro, awake: Awake): void {
  setSandboxes(yard, micro, awake.sockets)
  const { lease } = micro
  const wakeMs = lease.kind === 'asked' ? performance.now() - lease.sinceMs : 0
  settleWake(micro, { kind: 'awake', by: awake.by, wakeMs, sockets: awake.sockets })
  micro.lease = { kind: 'held' }
  if (micro.drainTimers === undefined) watchIdle(yard, micro)
}

/** That one sandbox is no more: its requests end, and the lease with the last one. */
export function setGone(yard: Yard, micro: Micro, gone: { readonly socket: string; readonly told: ToldEnd }): void {
  const { socket, told } = gone
  micro.sockets = micro.sockets.filter((one) => one !== socket)
  // One that is being woken stays so: the engine answers the wake itself.
  if (micro.sockets.length === 0) dropLease(yard, micro)
  const upstream = micro.upstreams.get(socket)
  if (upstream === undefined) return
  settleEnd(upstream, told)
  abortOn(micro, { upstream })
  upstream.connections.close()
  if (upstream.requests === 0) micro.upstreams.delete(socket)
}

interface Awake {
  readonly sockets: readonly string[]
  readonly by: WakeKind | undefined
}
