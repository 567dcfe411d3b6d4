/** What a frozen sandbox holds at the least, where nobody has counted. */
const ASSUMED_BYTES = 8 * 1024 ** 2

/** A deployment whose sandbox is frozen. */
export interface Frozen {
  readonly deploymentId: string
  /** When it was frozen, which is when it was used last; of any clock, the same for all. */
  readonly sinceMs: number
  /** What its end gives back, where that is known. */
  readonly bytes?: number | undefined
}

/**
 * Which frozen deployments are to become cold, so that so much memory comes back: the least recently used first, and no more than that takes.
 * All of them, when all of them are not enough.
 */
export function chooseEvictions(
  frozen: readonly Frozen[],
  { neededBytes }: { readonly neededBytes: number },
): string[] {
  const chosen: string[] = []
  let freedBytes = 0
  for (const { deploymentId, bytes = ASSUMED_BYTES } of frozen.toSorted((a, b) => a.sinceMs - b.sinceMs)) {
    if (freedBytes >= neededBytes) break
    chosen.push(deploymentId)
    freedBytes += bytes
  }
  return chosen
}
