/** How long the last requests of a deployment may take before it is ended all the same. */
const DRAIN_MS = 35_000

/** Waits for gateways to say that a deployment's last request has ended. */
export interface Drains {
  /** Resolves when it is drained, when no gateway is there, or after the deadline. */
  drain(deploymentId: string): Promise<void>
  drained(deploymentId: string): void
}

/** @param ask tells the gateways to drain a deployment, and says whether there was one to tell. */
export function createDrains(ask: (deploymentId: string) => boolean): Drains {
  const waiting = new Map<string, () => void>()
  return {
    drain: (id) =>
      new Promise<void>((resolve) => {
        const end = () => {
          clearTimeout(timer)
          waiting.delete(id)
          resolve()
        }
        const timer = setTimeout(end, DRAIN_MS)
        waiting.set(id, end)
        if (!ask(id)) end()
      }),
    drained: (id) => waiting.get(id)?.(),
  }
}
