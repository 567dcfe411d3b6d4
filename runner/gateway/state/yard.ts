import type { FromGateway } from '../protocol.ts'
import type { GatewayLimits } from '../limits.ts'
import { createCounts, type Counts } from './counts.ts'
import type { Micro } from './micro.ts'
import { closeUpstream } from './upstream.ts'

/** What waking, activity and draining share: every micro, and the way to the engine. */
export interface Yard {
  readonly micros: Map<string, Micro>
  readonly limits: GatewayLimits
  readonly counts: Counts
  /** Requests that wait for any micro to wake, and what they hold of our memory. */
  waiting: number
  waitingBytes: number
  /** The engine has been away for so long that nobody should wait for it. */
  engineAway: boolean
  /** Hands a message to the engine; false when it is away, and then the message is dropped. */
  readonly tell: (message: FromGateway) => boolean
}

export function createYard(of: Pick<Yard, 'limits' | 'tell'>): Yard {
  return { ...of, counts: createCounts(), micros: new Map(), waiting: 0, waitingBytes: 0, engineAway: false }
}

/** The deployment's entry, made when there is none. */
export function microOf(yard: Yard, deploymentId: string): Micro {
  const known = yard.micros.get(deploymentId)
  if (known !== undefined) return known
  const micro: Micro = {
    deploymentId,
    lease: { kind: 'none' },
    sockets: [],
    upstreams: new Map(),
    holds: new Set(),
    idleTimer: undefined,
    idleSinceMs: 0,
    drainTimers: undefined,
    load: { told: 0, timer: undefined },
    timeoutMs: 0,
    idleMs: 0,
    sandboxes: 1,
  }
  yard.micros.set(deploymentId, micro)
  return micro
}

/** Forgets a deployment that nothing leads to and nothing holds. */
export function forgetMicro(yard: Yard, micro: Micro): void {
  clearTimeout(micro.idleTimer)
  clearTimeout(micro.load.timer)
  if (micro.lease.kind === 'asked') clearTimeout(micro.lease.deadline)
  for (const timer of micro.drainTimers ?? []) clearTimeout(timer)
  micro.drainTimers = undefined
  for (const upstream of micro.upstreams.values()) closeUpstream(upstream)
  micro.upstreams.clear()
  yard.micros.delete(micro.deploymentId)
}
