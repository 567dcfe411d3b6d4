/** Measures stages that follow each other; each stage ends where the next begins. */
export interface Stopwatch {
  /** Ends the running stage and begins the next. */
  stage(name: string): void
  /** Milliseconds of each stage so far, and their sum as `total` counted from `sinceMs`. */
  read(): Record<string, number>
}

/** @param sinceMs wall clock time at which the first stage, `queued`, began. */
export function startStopwatch(sinceMs: number): Stopwatch {
  const timings: Record<string, number> = {}
  let name = 'queued'
  let begunMs = sinceMs
  const close = () => {
    const now = Date.now()
    timings[name] = (timings[name] ?? 0) + (now - begunMs)
    begunMs = now
  }
  return {
    stage(next) {
      close()
      name = next
    },
    read() {
      close()
      return { ...timings, total: Date.now() - sinceMs }
    },
  }
}
