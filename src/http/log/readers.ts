/** Streams at a time: half of all connections, so that webhooks and pages always find a place. */
const MOST_READERS = 500
const MOST_READERS_OF_ONE = 256

/** Counts who follows which log. */
export interface Readers {
  /** A place for one more, given back when disposed; undefined when there is none. */
  take(id: string): Disposable | undefined
}

export function createReaders(): Readers {
  const byId = new Map<string, number>()
  let all = 0
  return {
    take(id) {
      const ofOne = byId.get(id) ?? 0
      if (all >= MOST_READERS || ofOne >= MOST_READERS_OF_ONE) return undefined
      all += 1
      byId.set(id, ofOne + 1)
      return {
        [Symbol.dispose]() {
          all -= 1
          const left = (byId.get(id) ?? 1) - 1
          if (left === 0) byId.delete(id)
          else byId.set(id, left)
        },
      }
    },
  }
}
