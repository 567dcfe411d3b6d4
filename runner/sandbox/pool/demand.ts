/** How many were wanted at once lately. */
export interface Demand {
  /** One is wanted at this moment. */
  note(): void
  /** The most that were wanted at once; it falls when that is long ago. */
  most(): number
  /** When one was wanted last, of the clock that it was made with; 0 for never. */
  lastMs(): number
  /** As if no more than so many had been wanted. */
  lower(most: number): void
}

/** Nothing is made ahead of need while somebody waits: so what is wanted within this time is wanted at once. */
const AT_ONCE_MS = 5000
/** What comes at once comes again, by people's clocks: each hour. */
const KEPT_MS = 75 * 60_000
/** More than this is not counted: those that wait share a network of a thousand addresses with all that run. */
export const MOST = 256

interface Burst {
  readonly size: number
  readonly atMs: number
}

/** @param now milliseconds of a clock that only goes on */
export function createDemand(now: () => number = () => performance.now()): Demand {
  /** Of those that were wanted within the last moments. */
  let recent: number[] = []
  let peak: Burst = { size: 0, atMs: 0 }
  /** The largest of those that were smaller than the peak, which are not forgotten with it. */
  let second: Burst = { size: 0, atMs: 0 }
  let lastMs = 0
  const left = ({ size, atMs }: Burst): number => Math.floor(size / 2 ** Math.floor((now() - atMs) / KEPT_MS))
  const most = (): number => Math.max(left(peak), left(second))
  return {
    note() {
      lastMs = now()
      recent = recent.filter((atMs) => lastMs - atMs < AT_ONCE_MS).slice(1 - MOST)
      recent.push(lastMs)
      const burst = { size: recent.length, atMs: lastMs }
      if (burst.size >= most()) peak = burst
      else if (burst.size >= left(second)) second = burst
    },
    most,
    lastMs: () => lastMs,
    lower(to) {
      peak = { size: Math.min(most(), to), atMs: now() }
      second = { size: 0, atMs: 0 }
      recent = []
    },
  }
}
