/** Chance that is the same for the same seed, so that whatever it led to can be led to again. */
export interface Random {
  /** A number from 0 up to, and not including, 1. */
  next(): number
  /** A whole number from 0 up to, and not including, this one. */
  below(limit: number): number
  chance(probability: number): boolean
  pick<Item>(items: readonly [Item, ...Item[]]): Item
  /** One of these, or none where there are none. */
  oneOf<Item>(items: readonly Item[]): Item | undefined
  /** One of these, in proportion to its weight; those of weight 0 never. */
  weighted<Item>(items: readonly (readonly [weight: number, item: Item])[]): Item
  /** A new source that depends on this one's state, and on what is drawn from it nothing else does. */
  fork(): Random
}

/** mulberry32: 32 bits of state, good enough to choose by and the same on every machine. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] ?? items[0],
    oneOf: (items) => items[below(items.length)],
    weighted(items) {
      const total = items.reduce((sum, [weight]) => sum + weight, 0)
      let left = next() * total
      for (const [weight, item] of items) {
        left -= weight
        if (left < 0) return item
      }
      throw new Error('nothing to choose from')
    },
    fork: () => createRandom(below(2 ** 32)),
  }
}
