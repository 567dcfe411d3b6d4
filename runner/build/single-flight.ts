export interface SingleFlight {
  /**
   * Runs `work` unless the same key's is under way: then waits for that and looks again with `ready`. One that fails or is aborted
   * fails only for who began it; the next in line tries for itself.
   */
  run<T>(key: string, steps: FlightSteps<T>): Promise<T>
}

interface FlightSteps<T> {
  /** What is there already, or undefined. */
  readonly ready: () => Promise<T | undefined>
  readonly work: () => Promise<T>
  readonly signal: AbortSignal
}

export function singleFlight(): SingleFlight {
  const flights = new Map<string, Promise<unknown>>()
  return {
    async run<T>(key: string, { ready, work, signal }: FlightSteps<T>): Promise<T> {
      for (;;) {
        const found = await ready()
        if (found !== undefined) return found
        signal.throwIfAborted()
        const other = flights.get(key)
        if (other === undefined) break
        await settled(other, signal)
      }
      const flight = work().finally(() => flights.delete(key))
      flights.set(key, flight)
      return flight
    },
  }
}

/** Resolves when another's work has ended in any way, or when waiting is given up. */
function settled(other: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      signal.removeEventListener('abort', settle)
      resolve()
    }
    signal.addEventListener('abort', settle)
    other.then(settle, settle)
  })
}
