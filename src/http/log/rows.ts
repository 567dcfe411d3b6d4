import type { RenderedRow } from './rendering.ts'

/** The most rows of a log that a page shows, and that are held for it: a browser can do with that. */
export const MOST_ROWS = 20_000

/** The newest complete rows of a log, each known by its number from the log's beginning. */
export interface Rows {
  /** The number of the oldest that is held. */
  readonly first: number
  /** The number that the next one will get. */
  readonly next: number
  /** Where the newest ends in the log, in bytes. */
  readonly endByte: number
  add(more: readonly RenderedRow[]): void
  at(index: number): RenderedRow | undefined
  /** The number of the first row that goes beyond this place in the log. */
  after(byte: number): number
  html(): string[]
}

export function createRows(): Rows {
  let held: RenderedRow[] = []
  let first = 0
  let endByte = 0
  return {
    get first() {
      return first
    },
    get next() {
      return first + held.length
    },
    get endByte() {
      return endByte
    },
    add(more) {
      held = held.concat(more)
      endByte = held.at(-1)?.endByte ?? endByte
      const excess = held.length - MOST_ROWS
      if (excess <= 0) return
      held = held.slice(excess)
      first += excess
    },
    at: (index) => held[index - first],
    after(byte) {
      let [low, high] = [0, held.length]
      while (low < high) {
        const middle = (low + high) >> 1
        if ((held[middle]?.endByte ?? 0) > byte) high = middle
        else low = middle + 1
      }
      return first + low
    },
    html: () => held.map(({ html }) => html),
  }
}
