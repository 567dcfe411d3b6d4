/** Deliveries that were held back on order, to be sent in the wrong order. */
export interface Held {
  /** Holds one; the last that came goes first when they are let go. */
  hold(go: () => Promise<void>): void
  readonly size: () => number
  /** Lets all of them go, one after the other. */
  release(): Promise<void>
  /** Lets them go after a while, unless that happens before. */
  releaseAfter(milliseconds: number): void
}

export function createHeld(): Held {
  let held: (() => Promise<void>)[] = []
  let timer: NodeJS.Timeout | undefined
  const release = async () => {
    clearTimeout(timer)
    timer = undefined
    const order = held
    held = []
    for (const go of order) await go()
  }
  return {
    hold: (go) => void held.unshift(go),
    size: () => held.length,
    release,
    releaseAfter(milliseconds) {
      timer ??= setTimeout(() => void release(), milliseconds)
    },
  }
}
