/** Which gateways may dial which deployments' sandboxes. A deployment without a lease may sleep. */
export interface Leases {
  /** Nothing happens for a gateway that has left. */
  take(deploymentId: string, holder: object): void
  giveBack(deploymentId: string, holder: object): void
  /** One that nobody in particular has, for a while. */
  grace(deploymentId: string, ms: number): void
  /** A gateway's connection has ended. Its process may come back, so its leases last a little longer. */
  left(holder: object): void
  isFree(deploymentId: string): boolean
  /** Ends all leases of a deployment that is no more. */
  forget(deploymentId: string): void
  close(): void
}

interface LeaseOptions {
  /** How long a gateway may take to come back. */
  readonly returnMs: number
  /** The last lease on a deployment was given back. */
  readonly onFree: (deploymentId: string) => void
}

export function createLeases({ returnMs, onFree }: LeaseOptions): Leases {
  const holders = new Map<string, Set<object>>()
  const gone = new WeakSet<object>()
  const timers = new Set<NodeJS.Timeout>()
  const take = (id: string, holder: object) => {
    const already = holders.get(id)
    if (already === undefined) holders.set(id, new Set([holder]))
    else already.add(holder)
  }
  const giveBack = (id: string, holder: object) => {
    const all = holders.get(id)
    if (all?.delete(holder) !== true || all.size > 0) return
    holders.delete(id)
    onFree(id)
  }
  const later = (ms: number, then: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      then()
    }, ms)
    timer.unref()
    timers.add(timer)
  }
  return {
    take(id, holder) {
      if (!gone.has(holder)) take(id, holder)
    },
    giveBack,
    grace(id, ms) {
      const nobody = {}
      take(id, nobody)
      later(ms, () => giveBack(id, nobody))
    },
    left(holder) {
      gone.add(holder)
      const its = [...holders].filter(([, all]) => all.has(holder)).map(([id]) => id)
      later(returnMs, () => {
        for (const id of its) giveBack(id, holder)
      })
    },
    isFree: (id) => !holders.has(id),
    forget: (id) => void holders.delete(id),
    close() {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
