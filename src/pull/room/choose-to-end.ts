/** A preview that takes one of a repository's places. */
export interface Placed {
  readonly key: string
  readonly building: boolean
  /** When it was last used, in ms since 1970. */
  readonly lastUseMs: number
}

/** Uses are noted once a minute. */
const IN_USE_MS = 2 * 60_000

/**
 * Which previews go when there are too many: those that were used least lately. One that is used now goes only when all are, and one that is
 * being built only when there is no other.
 */
export function chooseToEnd<One extends Placed>(placed: readonly One[], count: number, nowMs: number): One[] {
  const rank = ({ building, lastUseMs }: One) => (building ? 2 : nowMs - lastUseMs < IN_USE_MS ? 1 : 0)
  return placed
    .toSorted((a, b) => rank(a) - rank(b) || a.lastUseMs - b.lastUseMs || (a.key < b.key ? -1 : 1))
    .slice(0, Math.max(0, count))
}
