import type { SleepPolicy } from '../../../contract/sleep.ts'
import type { Pressure } from '../memory/memory-watch.ts'
import type { WorkMetrics } from '../../metrics/metrics.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'

/** `grace` leaves time for shutdown events; what has ended or hangs needs none. */
export type Grace = 'grace' | 'none'

/** What the fleet does to sandboxes, and tells gateways of them. */
export interface SandboxActions {
  /** Another sandbox for a deployment that is kept. Rejects with a MicropushError. */
  start(deploymentId: string): Promise<Sandbox>
  /** Resolves when it has nothing to do any more, has had its time, or the signal aborts; never rejects. */
  quiet(sandbox: Sandbox, signal: AbortSignal): Promise<void>
  freeze(sandbox: Sandbox): Promise<void>
  /** Nothing may stand between the call and the thaw: a visitor waits. */
  thaw(sandbox: Sandbox): void | Promise<void>
  destroy(sandbox: Sandbox, grace: Grace): Promise<void>
  /** Notes on disk that it is on its way out, so that an engine that comes after this one does not take it over. */
  retire(sandbox: Sandbox): Promise<void>
  /** Tells all gateways which sandboxes a deployment has. */
  announce(deploymentId: string, sockets: string[]): void
  /** Resolves when no gateway has anything in hand there, when it has had its time for that, or the signal aborts; never rejects. */
  drain(sandbox: Sandbox, signal: AbortSignal): Promise<void>
}

export interface FleetOptions {
  readonly actions: SandboxActions
  readonly policy: (deploymentId: string) => SleepPolicy
  /** How long an extra sandbox is kept that the load does not need. */
  readonly scaleDownMs: number
  readonly metrics: Pick<WorkMetrics, 'wake' | 'state' | 'evicted'>
  /** `none` when there is enough; another sandbox for a deployment that has one is then not started. */
  readonly pressure: () => Pressure
  /** Called before a sandbox is started for a visitor; it must not keep the start waiting. */
  readonly onStart?: () => void
  /** A sandbox could not be frozen: it may have ended already. */
  readonly onUnfreezable?: (deploymentId: string) => void
  readonly onProblem: (message: string, data: object) => void
}
