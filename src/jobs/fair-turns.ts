import type { KeyedLock } from './keyed-lock.ts'
import type { JobResult } from './queue.ts'

/** Each of a thousand that come back has to be looked at: the more there are, the longer they stay away. */
const EACH_MS = 20
const SHORTEST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000

interface Turn {
  readonly queue: string
  /** What happens one after the other. */
  readonly key: string
}

interface Line {
  count: number
  /** How often somebody was sent away since nobody stood in line. */
  sentAway: number
}

export type FairTurns = (turn: Turn, work: () => Promise<JobResult>) => Promise<JobResult>

/**
 * Does what shares a key one after the other, as the lock does; but of one key and queue no more than `most` stand in line, and the others
 * come back later. A worker has few hands: who pushes a thousand branches would hold all of them, and everybody else would wait.
 */
export function createFairTurns(lock: KeyedLock, most: number): FairTurns {
  const lines = new Map<string, Line>()
  return async ({ queue, key }, work) => {
    const place = `${queue} ${key}`
    const line = lines.get(place) ?? { count: 0, sentAway: 0 }
    if (line.count >= most) {
      line.sentAway += 1
      return { kind: 'later', afterMs: waitMs(line), why: 'others of it come first' }
    }
    line.count += 1
    lines.set(place, line)
    try {
      return await lock(key, work)
    } finally {
      line.count -= 1
      if (line.count === 0) lines.delete(place)
    }
  }
}

/** Not all at the same moment. */
function waitMs({ sentAway }: Line): number {
  const longest = Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, sentAway * EACH_MS))
  return Math.ceil(longest * (1 - Math.random() / 2))
}
