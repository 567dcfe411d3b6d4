/** What a person reads while things are set up: one line for what begins, one for what it came to. */
export function say(line = ''): void {
  console.log(line)
}

/** Tells that a step begins, runs it, and tells how long it took; a failure is the caller's to explain. */
export async function step<T>(what: string, run: () => Promise<T>): Promise<T> {
  say(`… ${what}`)
  const started = performance.now()
  const result = await run()
  say(`✓ ${what} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  return result
}
