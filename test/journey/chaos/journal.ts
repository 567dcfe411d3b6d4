/** What happened, one line a step with its time, so that a walk can be read and walked again. */
export interface Journal {
  say(what: string): void
  readonly lines: readonly string[]
}

/** @param tell gets each line at once. */
export function createJournal(tell: (line: string) => void = () => {}): Journal {
  const startedMs = performance.now()
  const lines: string[] = []
  return {
    lines,
    say(what) {
      const line = `${((performance.now() - startedMs) / 1000).toFixed(2).padStart(7)}  ${what}`
      lines.push(line)
      tell(line)
    },
  }
}
