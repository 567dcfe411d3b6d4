import type { Gateway } from './gateway-link.ts'

/** Which gateways got no answer from which sandboxes lately: each sees only its own requests. */
export interface Suspicions {
  note(gateway: Gateway, socket: string): void
  /** Whether all of them, who have requests there, had none that was answered in time, within so many ms. */
  areShared(socket: string, by: readonly object[], withinMs: number): boolean
}

export function createSuspicions(): Suspicions {
  const notedAtMs = new WeakMap<object, Map<string, number>>()
  return {
    note(gateway, socket) {
      const noted = notedAtMs.get(gateway) ?? new Map<string, number>()
      notedAtMs.set(gateway, noted)
      noted.delete(socket)
      noted.set(socket, Date.now())
      // The oldest go: a gateway speaks with strangers, and is not to fill our memory with what they make it say.
      for (const old of noted.keys()) {
        if (noted.size <= 1000) break
        noted.delete(old)
      }
    },
    areShared: (socket, by, withinMs) =>
      by.every((holder) => Date.now() - (notedAtMs.get(holder)?.get(socket) ?? Number.NEGATIVE_INFINITY) <= withinMs),
  }
}
