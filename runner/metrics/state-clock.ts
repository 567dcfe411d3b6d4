import type { Temperature } from '../../contract/sandbox-state.ts'
import type { Standing } from './metrics.ts'

type Present = Exclude<Temperature, 'cold'>

export interface StateClock {
  move(from: Temperature, to: Temperature): void
  /** Seconds that all sandboxes together have been in each state, those that are in it still among them. */
  read(standing: readonly Standing[]): ReadonlyMap<Present, number>
}

/**
 * Adds up how long sandboxes are hot and frozen. It keeps no times of single ones: so many were in a state since it last looked. Who reads
 * says how many there are, so that a move which nobody told does not count for ever.
 *
 * @param nowSeconds a clock that never goes back.
 */
export function createStateClock(nowSeconds: () => number): StateClock {
  const present = { hot: 0, frozen: 0 }
  const sums = { hot: 0, frozen: 0 }
  let lookedAt = nowSeconds()
  const add = () => {
    const now = nowSeconds()
    for (const state of ['hot', 'frozen'] as const) sums[state] += present[state] * (now - lookedAt)
    lookedAt = now
  }
  return {
    move(from, to) {
      add()
      if (from !== 'cold') present[from] = Math.max(0, present[from] - 1)
      if (to !== 'cold') present[to] += 1
    },
    read(standing) {
      add()
      for (const state of ['hot', 'frozen'] as const) present[state] = standing.filter((one) => one === state).length
      return new Map([
        ['hot', sums.hot],
        ['frozen', sums.frozen],
      ])
    },
  }
}
