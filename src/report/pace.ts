/**
 * GitHub asks for one write a second for each installation and allows short bursts (docs.github.com, "Best practices for using the
 * REST API"). The last of a burst is kept for final states, so that "Installing…" never stands in the way of "Live".
 */
const BURST = 10
const KEPT_FOR_FINAL = 4
const EACH_MS = 1000
/** Installations that have not written for this long have their whole burst again and need not be remembered. */
const FORGET_MS = BURST * EACH_MS

interface Turn {
  readonly installationId: number
  readonly urgency: 'final' | 'passing'
  readonly nowMs: number
}

/** Takes a turn to write and gives 0, or gives the milliseconds after which to ask again. */
export type Pace = (turn: Turn) => number

export function createPace(): Pace {
  const buckets = new Map<number, { turns: number; atMs: number }>()
  return ({ installationId, urgency, nowMs }) => {
    forgetIdle(buckets, nowMs)
    const bucket = buckets.get(installationId) ?? { turns: BURST, atMs: nowMs }
    const turns = Math.min(BURST, bucket.turns + Math.max(0, nowMs - bucket.atMs) / EACH_MS)
    const needed = urgency === 'final' ? 1 : 1 + KEPT_FOR_FINAL
    const granted = turns >= needed
    // Deleted first, so that the map stays in the order of last use.
    buckets.delete(installationId)
    buckets.set(installationId, { turns: granted ? turns - 1 : turns, atMs: nowMs })
    return granted ? 0 : Math.ceil((needed - turns) * EACH_MS)
  }
}

function forgetIdle(buckets: Map<number, { atMs: number }>, nowMs: number): void {
  for (const [installationId, { atMs }] of buckets) {
    if (nowMs - atMs <= FORGET_MS) return
    buckets.delete(installationId)
  }
}
