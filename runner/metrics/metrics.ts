import type { Fault } from '../../contract/errors.ts'
import type { Temperature } from '../../contract/sandbox-state.ts'
import type { FromGateway, WakeKind as AnyWakeKind } from '../gateway/protocol.ts'

/** How a deployment that slept came to answer: its frozen sandbox was thawed, or it was cold and got one in one of three ways. */
export type WakeKind = Exclude<AnyWakeKind, 'hot'>

/** What a sandbox may be found in: `ahead` is one that waits for its app, with the runtime loaded and frozen. */
export type Standing = Temperature | 'ahead'

/** Why a sandbox was ended while its deployment is kept. */
export type EvictReason = 'time' | 'memory' | 'scale'

/** What the engine notes of its own work; each call is a few additions and never throws. */
export interface WorkMetrics {
  /** A deployment that slept can be dialled, `ms` after it was first asked for. Once for a wake, however many wait for it. */
  wake(wake: { readonly kind: WakeKind; readonly ms: number }): void
  /** It could not be had. */
  wakeFailed(fault: Fault): void
  /**
   * One sandbox has gone from one state to another: `cold` → `hot` when it was started, `hot` → `cold` when it ended. `ms` is how long it
   * was in the former; undefined when nobody knows, as after a restart.
   */
  state(change: { readonly from: Temperature; readonly to: Temperature; readonly ms?: number | undefined }): void
  /** A sandbox was let go, of a deployment that is kept. */
  evicted(why: EvictReason): void
  /** A deployment's way through the pipeline has come to its end: milliseconds by stage, as `startStopwatch` reads them. */
  deployed(end: { readonly result: DeployResult; readonly timings: Readonly<Record<string, number>> }): void
}

/** `ended`: something newer came, or it was cancelled, or the runner is going down. */
type DeployResult = 'live' | 'failed' | 'ended'

/** What the engine hears from gateways; each is known by its connection. */
export interface RequestMetrics {
  counts(gateway: object, counts: Extract<FromGateway, { type: 'counts' }>): void
  /** What it said of the moment no longer holds. */
  gatewayLeft(gateway: object): void
}

export interface Metrics extends WorkMetrics, RequestMetrics {
  /** Everything in Prometheus' text format. */
  read(): Promise<{ readonly type: string; readonly text: string }>
}
