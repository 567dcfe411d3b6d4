import type { ServerResponse } from 'node:http'
import { chooseUpstream } from './choose-upstream.ts'
import type { Micro, Ready, Waiter } from './micro.ts'
import type { Upstream } from './upstream.ts'
import type { Yard } from './yard.ts'

/** Who wants to reach a micro. */
interface Visitor {
  readonly response: ServerResponse
  /** What a wait holds of our memory. */
  readonly bytes: () => number
  /** May be sent to a sandbox that is still frozen, so that it is there when the thaw happens; it is sent again if that comes to nothing. */
  readonly early: boolean
}

export type Reach =
  | { readonly kind: 'awake'; readonly upstream: Upstream }
  /** To be dialled at once; `settled` tells what became of the wake. */
  | { readonly kind: 'early'; readonly upstream: Upstream; readonly settled: Promise<Ready> }
  | { readonly kind: 'waits'; readonly settled: Promise<Ready> }

/**
 * The way to a micro, with a wake where there is no lease. However many want one, the engine is asked once. Callers hold the micro already, so
 * the lease cannot be given back between this answer and its use.
 */
export function reach(yard: Yard, micro: Micro, visitor: Visitor): Reach {
  const { lease } = micro
  if (lease.kind === 'held') {
    const upstream = chooseUpstream(yard, micro)
    if (upstream !== undefined) return { kind: 'awake', upstream }
  }
  const refusal = refuses(yard, micro, visitor)
  if (refusal !== undefined) return { kind: 'waits', settled: Promise.resolve(refusal) }
  if (lease.kind === 'asked') return { kind: 'waits', settled: wait(yard, lease, visitor) }
  const asked = askForLease(yard, micro)
  const settled = wait(yard, asked, visitor)
  const upstream = visitor.early ? chooseUpstream(yard, micro) : undefined
  return upstream === undefined ? { kind: 'waits', settled } : { kind: 'early', upstream, settled }
}

/** Ends the wake, if one is under way, and tells everybody who waits for it. */
export function settleWake(micro: Micro, outcome: Ready): void {
  const { lease } = micro
  if (lease.kind !== 'asked') return
  clearTimeout(lease.deadline)
  micro.lease = { kind: 'none' }
  for (const waiter of lease.waiters) waiter(outcome)
}

/** A sandbox cannot be dialled, whatever the engine said: who comes next asks for a wake. */
export function lost(yard: Yard, micro: Micro, upstream: Upstream): void {
  micro.sockets = micro.sockets.filter((socket) => socket !== upstream.socket)
  dropLease(yard, micro)
}

/** Gives a lease back that is of no use any more; the engine would hold it for us otherwise, and let another sandbox of the micro run for nothing. */
export function dropLease(yard: Yard, micro: Micro): void {
  if (micro.lease.kind !== 'held') return
  micro.lease = { kind: 'none' }
  yard.tell({ type: 'idle', deploymentId: micro.deploymentId })
}

type Asked = Extract<Micro['lease'], { kind: 'asked' }>

function refuses(yard: Yard, micro: Micro, visitor: Visitor): Ready | undefined {
  const { limits } = yard
  const { lease } = micro
  if (lease.kind === 'unavailable') {
    const leftMs = lease.untilMs - Date.now()
    if (leftMs > 0) return { ...lease, retryAfterSeconds: Math.ceil(leftMs / 1000) }
  }
  if (yard.engineAway) return { kind: 'away' }
  const ofMicro = lease.kind === 'asked' ? lease.waiters.size : 0
  const isFull =
    ofMicro >= limits.waitersPerMicro ||
    yard.waiting >= limits.waiters ||
    yard.waitingBytes + visitor.bytes() > limits.waitingBytes
  return isFull ? { kind: 'full' } : undefined
}

function askForLease(yard: Yard, micro: Micro): Asked {
  const deadline = setTimeout(() => settleWake(micro, { kind: 'late' }), yard.limits.wakeMs)
  const asked: Asked = { kind: 'asked', waiters: new Set(), deadline, sinceMs: performance.now() }
  micro.lease = asked
  // When the engine is away, the link asks again for every micro that still wakes as soon as it is back.
  yard.tell({ type: 'wake', deploymentId: micro.deploymentId })
  return asked
}

function wait(yard: Yard, { waiters }: Asked, { response, bytes }: Visitor): Promise<Ready> {
  const sinceMs = performance.now()
  const held = bytes()
  yard.waiting += 1
  yard.waitingBytes += held
  return new Promise<Ready>((resolve) => {
    const waiter: Waiter = (outcome) => {
      waiters.delete(waiter)
      response.removeListener('close', leave)
      yard.waiting -= 1
      yard.waitingBytes -= held
      yard.counts.wait((performance.now() - sinceMs) / 1000)
      resolve(outcome)
    }
    const leave = (): void => waiter({ kind: 'left' })
    response.once('close', leave)
    waiters.add(waiter)
  })
}
