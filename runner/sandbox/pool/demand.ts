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
/** More than this is not counted. */
const MOST = 1000

/** @param now milliseconds of a clock that only goes on */
export function createDemand(now: () => number = () => performance.now()): Demand {
  /** Of those that were wanted within the last moments. */
  let recent: number[] = []
  let peak = 0
  let peakMs = 0
  let lastMs = 0
  const most = (): number => Math.floor(peak / 2 ** Math.floor((now() - peakMs) / KEPT_MS))
  return {
    note() {
      lastMs = now()
      recent = recent.filter((atMs) => lastMs - atMs < AT_ONCE_MS).slice(1 - MOST)
      recent.push(lastMs)
      if (recent.length < most()) return
      peak = recent.length
      peakMs = lastMs
    },
    most,
    lastMs: () => lastMs,
    lower(to) {
      peak = Math.min(most(), to)
      peakMs = now()
      recent = []
    },
  }
}
