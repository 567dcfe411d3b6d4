import type { Gateway } from './gateway-link.ts'

/** How long the last requests of a deployment may take before it is ended all the same. */
const DRAIN_MS = 35_000
/** A gateway that is away for a moment may have requests in hand; it comes back within a second, or with nothing. */
const RETURN_MS = 2000

/** One of a deployment's sandboxes, and how long its last requests may take. */
interface OneSandbox {
  readonly socket: string
  readonly longestMs: number
}

/** Waits for gateways to say that a deployment's last request has ended. */
export interface Drains {
  /**
   * Resolves when every gateway has drained it, or that one sandbox of it, when none is there for a while, after the deadline, or when the
   * signal aborts.
   */
  drain(deploymentId: string, signal: AbortSignal, one?: OneSandbox): Promise<void>
  /** @param what the socket, where one was named, else the deployment's id. */
  drained(what: string, gateway: Gateway): void
  /** A gateway that came, or came back, is asked for what is still waited for. */
  joined(gateway: Gateway): void
  left(gateway: Gateway): void
}

interface Waiting {
  readonly deploymentId: string
  readonly socket: string | undefined
  readonly asked: Set<Gateway>
  readonly done: PromiseWithResolvers<void>
  away: NodeJS.Timeout | undefined
}

/** @param gateways those that are connected at the moment. */
export function createDrains(gateways: () => Iterable<Gateway>): Drains {
  const waiting = new Map<string, Waiting>()
  const ask = (drain: Waiting, gateway: Gateway) => {
    clearTimeout(drain.away)
    drain.asked.add(gateway)
    const { deploymentId, socket } = drain
    gateway.tell({ type: 'drain', deploymentId, ...(socket === undefined ? {} : { socket }) })
  }
  const withdraw = (drain: Waiting, gateway: Gateway) => {
    if (drain.asked.delete(gateway) && drain.asked.size === 0) drain.done.resolve()
  }
  const begin = (deploymentId: string, one: OneSandbox | undefined): Waiting => {
    const socket = one?.socket
    const done = Promise.withResolvers<void>()
    const drain: Waiting = { deploymentId, socket, asked: new Set(), done, away: undefined }
    const what = socket ?? deploymentId
    waiting.set(what, drain)
    const deadline = setTimeout(drain.done.resolve, one?.longestMs ?? DRAIN_MS)
    void drain.done.promise.then(() => {
      clearTimeout(deadline)
      clearTimeout(drain.away)
      waiting.delete(what)
    })
    for (const gateway of gateways()) ask(drain, gateway)
    if (drain.asked.size === 0) drain.away = setTimeout(drain.done.resolve, RETURN_MS)
    return drain
  }
  return {
    async drain(id, signal, one) {
      if (signal.aborted) return
      const { done } = waiting.get(one?.socket ?? id) ?? begin(id, one)
      const giveUp = () => done.resolve()
      signal.addEventListener('abort', giveUp)
      await done.promise
      signal.removeEventListener('abort', giveUp)
    },
    drained(what, gateway) {
      const drain = waiting.get(what)
      if (drain !== undefined) withdraw(drain, gateway)
    },
    joined(gateway) {
      for (const drain of waiting.values()) ask(drain, gateway)
    },
    left(gateway) {
      for (const drain of waiting.values()) {
        if (!drain.asked.has(gateway)) continue
        // Its requests may go on meanwhile, whatever the others say: so it counts until it had time to be back.
        setTimeout(() => withdraw(drain, gateway), RETURN_MS).unref()
      }
    },
  }
}
