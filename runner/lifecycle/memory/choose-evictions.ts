/** What a frozen sandbox holds at the least, where nobody has counted. */
const ASSUMED_BYTES = 8 * 1024 ** 2

/** A deployment whose sandbox is frozen. */
export interface Frozen {
  readonly deploymentId: string
  /** Whose micro it is. */
  readonly owner: string
  /** When it was frozen, which is when it was used last; of any clock, the same for all. */
  readonly sinceMs: number
  /** What its end gives back, where that is known. */
  readonly bytes?: number | undefined
}

/** What one owner holds in frozen sandboxes. */
interface Share {
  /** The least recently used first. */
  readonly frozen: Frozen[]
  bytes: number
}

/**
 * Which frozen deployments are to become cold, so that so much memory comes back, and no more than that takes: whoever holds the most gives
 * first, the least recently used of theirs, so that one owner's many cannot take away what the others have. All of them, when all of them
 * are not enough.
 */
export function chooseEvictions(
  frozen: readonly Frozen[],
  { neededBytes }: { readonly neededBytes: number },
): string[] {
  const shares = sharesOf(frozen)
  const chosen: string[] = []
  let freedBytes = 0
  while (freedBytes < neededBytes) {
    const largest = shares.reduce((most, share) => (givesBefore(share, most) ? share : most), nobody)
    const next = largest.frozen.shift()
    if (next === undefined) break
    chosen.push(next.deploymentId)
    largest.bytes -= bytesOf(next)
    freedBytes += bytesOf(next)
  }
  return chosen
}

const nobody: Share = { frozen: [], bytes: 0 }

function sharesOf(frozen: readonly Frozen[]): Share[] {
  const shares = new Map<string, Share>()
  for (const one of frozen.toSorted((a, b) => a.sinceMs - b.sinceMs)) {
    const share = shares.get(one.owner) ?? { frozen: [], bytes: 0 }
    share.frozen.push(one)
    share.bytes += bytesOf(one)
    shares.set(one.owner, share)
  }
  return [...shares.values()]
}

/** Of equals the one whose turn came longest ago. */
function givesBefore(one: Share, other: Share): boolean {
  const [first] = one.frozen
  const [otherFirst] = other.frozen
  if (first === undefined || otherFirst === undefined) return first !== undefined
  return one.bytes === other.bytes ? first.sinceMs < otherFirst.sinceMs : one.bytes > other.bytes
}

function bytesOf({ bytes = ASSUMED_BYTES }: Frozen): number {
  return bytes
}
