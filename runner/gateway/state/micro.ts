import type { Agent } from 'node:http'
import type { MicroEnd } from '../../../contract/end-reason.ts'

/** What a request that waits for its micro is told in the end. */
export type Ready =
  | { readonly kind: 'awake'; readonly socket: string }
  | { readonly kind: 'unavailable'; readonly message: string; readonly retryAfterSeconds: number }
  /** The route may lead elsewhere by now: look again. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'late' }
  | { readonly kind: 'full' }
  /** Whoever waited has left. */
  | { readonly kind: 'left' }

export type Waiter = (ready: Ready) => void

type MicroState =
  | { readonly kind: 'asleep' }
  | { readonly kind: 'waking'; readonly waiters: Set<Waiter>; readonly deadline: NodeJS.Timeout }
  | { readonly kind: 'awake'; readonly socket: string }
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
  /** The sandbox that it was sent to. */
  socket?: string
}

/** What the engine said about the end of a micro's sandbox. */
export interface ToldEnd {
  readonly words: string
  readonly end: MicroEnd | undefined
}

/** What the gateway knows of one deployment. */
export interface Micro {
  readonly deploymentId: string
  state: MicroState
  readonly holds: Set<Hold>
  /** For requests that may be repeated when a kept connection turns out to be stale. */
  readonly kept: Agent
  /** For all others: a connection each. */
  readonly fresh: Agent
  idleTimer: NodeJS.Timeout | undefined
  /** Set while it drains. */
  drainTimers: readonly NodeJS.Timeout[] | undefined
  /** Sockets of sandboxes that were replaced and still have requests, with the timers that bound them. */
  readonly leaving: Map<string, readonly NodeJS.Timeout[]>
  /** Why its last sandbox is gone, until there is another. */
  end: ToldEnd | undefined
  /** Those who wait to hear why its sandbox is gone. */
  readonly endWaiters: Set<(told: ToldEnd) => void>
  suspectedAtMs: number
  /** When it last answered a request to the end. */
  answeredAtMs: number
  /** The largest execution time of the routes that led here. */
  timeoutMs: number
}
