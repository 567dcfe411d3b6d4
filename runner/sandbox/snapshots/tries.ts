/** How often it is tried with the same files and environment, also when one that was taken did not bring its app back. */
const MOST_TIMES = 3
/** Deployments that are remembered as tried. Beyond that they are forgotten, and tried once more. */
const REMEMBERED = 10_000

/** How often snapshots of a deployment failed, in being taken or in bringing it back. `key` is of its files and environment: with others all begins anew. */
export interface Tries {
  /** Counts as failed unless `succeeded` follows. @returns which try it is, from 1; undefined when there were enough. */
  begin(deploymentId: string, key: string): number | undefined
  /** What was begun last has given a snapshot. */
  succeeded(deploymentId: string): void
  /** One that was taken did not bring its app back. */
  failed(deploymentId: string, key: string): void
  /** It has shown that it can be done, or is another one by now. */
  forget(deploymentId: string): void
}

/** @param onUsedUp told once for each deployment and key: there were enough. */
export function createTries(onUsedUp: (deploymentId: string, times: number) => void): Tries {
  const failures = new Map<string, { readonly key: string; readonly times: number }>()
  const timesOf = (deploymentId: string, key: string): number => {
    const before = failures.get(deploymentId)
    return before?.key === key ? before.times : 0
  }
  const note = (deploymentId: string, key: string): number => {
    const times = timesOf(deploymentId, key) + 1
    if (failures.size >= REMEMBERED) failures.clear()
    failures.set(deploymentId, { key, times })
    return times
  }
  return {
    begin(deploymentId, key) {
      if (timesOf(deploymentId, key) > MOST_TIMES) return undefined
      const times = note(deploymentId, key)
      if (times <= MOST_TIMES) return times
      onUsedUp(deploymentId, MOST_TIMES)
      return undefined
    },
    succeeded(deploymentId) {
      const before = failures.get(deploymentId)
      if (before !== undefined) failures.set(deploymentId, { key: before.key, times: before.times - 1 })
    },
    failed(deploymentId, key) {
      if (timesOf(deploymentId, key) < MOST_TIMES) note(deploymentId, key)
    },
    forget: (deploymentId) => void failures.delete(deploymentId),
  }
}
