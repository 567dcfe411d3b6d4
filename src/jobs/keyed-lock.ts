/** Runs what shares a key one after another, in the order of the calls; different keys do not wait for each other. */
export type KeyedLock = <T>(key: string, work: () => Promise<T>) => Promise<T>

export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const former = tails.get(key) ?? Promise.resolve()
    // A failure belongs to whoever called for that work; the next in line starts all the same.
    const mine = former.then(work, work)
    tails.set(key, mine)
    try {
      return await mine
    } finally {
      if (tails.get(key) === mine) tails.delete(key)
    }
  }
}
