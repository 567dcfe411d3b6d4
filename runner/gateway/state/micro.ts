import type { WakeKind } from '../protocol.ts'
import type { Upstream } from './upstream.ts'

/** What a request that waits for its micro is told in the end. */
export type Ready =
  /** The lease is there, after a wake of this kind that took so long. */
  | {
      readonly kind: 'awake'
      readonly by: WakeKind | undefined
      readonly wakeMs: number
      /** Those that run, as the engine answered. */
      readonly sockets: readonly string[]
    }
  | { readonly kind: 'unavailable'; readonly message: string; readonly retryAfterSeconds: number }
  /** The route may lead elsewhere by now: look again. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'late' }
  /** Nobody is there who could wake it, and has not been for a while. */
  | { readonly kind: 'away' }
  | { readonly kind: 'full' }
  /** Whoever waited has left. */
  | { readonly kind: 'left' }

export type Waiter = (ready: Ready) => void

/** Whether this gateway may dial the micro's sandboxes. */
type Lease =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'asked'
      readonly waiters: Set<Waiter>
      readonly deadline: NodeJS.Timeout
      readonly sinceMs: number
    }
  | { readonly kind: 'held' }
  | {
      readonly kind: 'unavailable'
      readonly message: string
      readonly retryAfterSeconds: number
      readonly untilMs: number
    }

/** One request or connection that the micro must stay awake for. */
export interface Hold {
  /** A `stream` has no natural end: a WebSocket, or server-sent events. */
  kind: 'request' | 'stream'
  /** Ends it at once, whatever it is doing. */
  abort: () => void
  /** The micro that it was sent to ahead of the answer to its wake is awake: from now on it is the micro's time that passes. */
  woken: () => void
  /** The sandbox that it was sent to. */
  upstream: Upstream | undefined
}

/** What the gateway knows of one deployment. */
export interface Micro {
  readonly deploymentId: string
  lease: Lease
  /** The sandboxes that there are, as the engine last said, hot or frozen. */
  sockets: readonly string[]
  /** Those of them, and of earlier ones, that connections lead to. */
  readonly upstreams: Map<string, Upstream>
  readonly holds: Set<Hold>
  idleTimer: NodeJS.Timeout | undefined
  /** When the last of its holds ended. */
  idleSinceMs: number
  /** Set while it drains. */
  drainTimers: readonly NodeJS.Timeout[] | undefined
  /** What the engine was last told of its load, and what holds the next word back. */
  load: { told: number; timer: NodeJS.Timeout | undefined }
  /** The largest execution time of the routes that led here. */
  timeoutMs: number
  /** As its routes have it: 0 for never. */
  idleMs: number
  /** How many sandboxes it may have. */
  sandboxes: number
}
