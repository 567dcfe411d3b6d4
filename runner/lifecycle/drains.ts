import type { Gateway } from './gateway-link.ts'

/** How long the last requests of a deployment may take before it is ended all the same. */
const DRAIN_MS = 35_000
/** A gateway that is away for a moment may have requests in hand; it comes back within a second, or with nothing. */
const RETURN_MS = 2000

/** Waits for gateways to say that a deployment's last request has ended. */
export interface Drains {
  /** Resolves when every gateway has drained it, when none is there for a while, after the deadline, or when the signal aborts. */
  drain(deploymentId: string, signal: AbortSignal): Promise<void>
  drained(deploymentId: string, gateway: Gateway): void
  /** A gateway that came, or came back, is asked for what is still waited for. */
  joined(gateway: Gateway): void
  left(gateway: Gateway): void
}

interface Waiting {
  readonly asked: Set<Gateway>
  readonly done: PromiseWithResolvers<void>
  away: NodeJS.Timeout | undefined
}

/** @param gateways those that are connected at the moment. */
export function createDrains(gateways: () => Iterable<Gateway>): Drains {
  const waiting = new Map<string, Waiting>()
  const ask = (id: string, drain: Waiting, gateway: Gateway) => {
    clearTimeout(drain.away)
    drain.asked.add(gateway)
    gateway.tell({ type: 'drain', deploymentId: id })
  }
  const whenNobody = (drain: Waiting, afterMs: number) => {
    if (drain.asked.size === 0) drain.away = setTimeout(drain.done.resolve, afterMs)
  }
  const begin = (id: string): Waiting => {
    const drain: Waiting = { asked: new Set(), done: Promise.withResolvers<void>(), away: undefined }
    waiting.set(id, drain)
    const deadline = setTimeout(drain.done.resolve, DRAIN_MS)
    void drain.done.promise.then(() => {
      clearTimeout(deadline)
      clearTimeout(drain.away)
      waiting.delete(id)
    })
    for (const gateway of gateways()) ask(id, drain, gateway)
    whenNobody(drain, RETURN_MS)
    return drain
  }
  return {
    async drain(id, signal) {
      if (signal.aborted) return
      const { done } = waiting.get(id) ?? begin(id)
      const giveUp = () => done.resolve()
      signal.addEventListener('abort', giveUp)
      await done.promise
      signal.removeEventListener('abort', giveUp)
    },
    drained(id, gateway) {
      const drain = waiting.get(id)
      if (drain?.asked.delete(gateway) === true && drain.asked.size === 0) drain.done.resolve()
    },
    joined(gateway) {
      for (const [id, drain] of waiting) ask(id, drain, gateway)
    },
    left(gateway) {
      for (const drain of waiting.values()) if (drain.asked.delete(gateway)) whenNobody(drain, RETURN_MS)
    },
  }
}
