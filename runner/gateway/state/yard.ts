import type { FromGateway } from '../protocol.ts'
import type { GatewayLimits } from '../limits.ts'
import type { Micro } from './micro.ts'
import { freshConnections, keptConnections } from '../upstream/upstream-agent.ts'

/** What waking, activity and draining share: every micro, and the way to the engine. */
export interface Yard {
  readonly micros: Map<string, Micro>
  readonly limits: GatewayLimits
  readonly idleMs: number
  /** Requests that wait for any micro to wake. */
  waiting: number
  /** Hands a message to the engine; false when it is away, and then the message is dropped. */
  readonly tell: (message: FromGateway) => boolean
}

export function createYard(of: Pick<Yard, 'limits' | 'idleMs' | 'tell'>): Yard {
  return { ...of, micros: new Map(), waiting: 0 }
}

/** The deployment's entry, made when there is none. */
export function microOf(yard: Yard, deploymentId: string): Micro {
  const known = yard.micros.get(deploymentId)
  if (known !== undefined) return known
  const micro: Micro = {
    deploymentId,
    state: { kind: 'asleep' },
    holds: new Set(),
    kept: keptConnections(yard.limits),
    fresh: freshConnections(yard.limits),
    idleTimer: undefined,
    drainTimers: undefined,
    leaving: new Map(),
    end: undefined,
    endWaiters: new Set(),
    suspectedAtMs: 0,
    answeredAtMs: 0,
    timeoutMs: 0,
  }
  yard.micros.set(deploymentId, micro)
  return micro
}

/** Forgets a deployment that nothing leads to and nothing holds. */
export function forgetMicro(yard: Yard, micro: Micro): void {
  clearTimeout(micro.idleTimer)
  if (micro.state.kind === 'waking') clearTimeout(micro.state.deadline)
  for (const timer of micro.drainTimers ?? []) clearTimeout(timer)
  micro.drainTimers = undefined
  micro.kept.destroy()
  micro.fresh.destroy()
  yard.micros.delete(micro.deploymentId)
}
