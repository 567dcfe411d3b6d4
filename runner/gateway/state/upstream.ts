import type { MicroEnd } from '../../../contract/end-reason.ts'
import type { GatewayLimits } from '../limits.ts'
import { UpstreamConnections } from '../upstream/connections.ts'

/** What the engine said about the end of a sandbox. */
export interface ToldEnd {
  readonly words: string
  readonly end: MicroEnd | undefined
}

/** One sandbox of a micro that requests were sent to. */
export interface Upstream {
  readonly socket: string
  readonly connections: UpstreamConnections
  /** Requests and streams in hand. */
  requests: number
  /** While it is drained: what bounds that. */
  leaving: readonly NodeJS.Timeout[] | undefined
  /** Why it is gone. */
  end: ToldEnd | undefined
  /** Those who wait to hear that. */
  readonly endWaiters: Set<(told: ToldEnd) => void>
  suspectedAtMs: number
  /** When it last answered a request to the end. */
  answeredAtMs: number
}

export function createUpstream(socket: string, limits: GatewayLimits): Upstream {
  return {
    socket,
    connections: new UpstreamConnections(socket, limits),
    requests: 0,
    leaving: undefined,
    end: undefined,
    endWaiters: new Set(),
    suspectedAtMs: 0,
    answeredAtMs: 0,
  }
}

/** Closes its connections, those in use as well. */
export function closeUpstream(upstream: Upstream): void {
  for (const timer of upstream.leaving ?? []) clearTimeout(timer)
  upstream.leaving = undefined
  upstream.connections.close()
}
