import { availableParallelism } from 'node:os'

/**
 * Lets apps be brought back in turns. That has a deadline, past which a snapshot counts as unfit: when fifty share two cores, all of them are late, and in turns none
 * is.
 */
export interface RestoreTurns {
  /** Runs a restore in its turn. The next one has its own when it is done, or has taken so long that it may be waiting for something else than the processor. */
  run<T>(restore: () => Promise<T>): Promise<T>
}

const AT_ONCE = availableParallelism() + 1
const HOLD_MS = 1000

export function createRestoreTurns({ atOnce, holdMs } = { atOnce: AT_ONCE, holdMs: HOLD_MS }): RestoreTurns {
  const waiting: (() => void)[] = []
  let running = 0
  const enter = async (): Promise<void> => {
    if (running < atOnce) {
      running += 1
      return
    }
    const mine = Promise.withResolvers<void>()
    waiting.push(mine.resolve)
    // Whoever leaves hands its place on.
    await mine.promise
  }
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }
  return {
    async run(restore) {
      await enter()
      let isIn = true
      const leaveOnce = () => {
        if (isIn) leave()
        isIn = false
      }
      const late = setTimeout(leaveOnce, holdMs).unref()
      try {
        return await restore()
      } finally {
        clearTimeout(late)
        leaveOnce()
      }
    },
  }
}
