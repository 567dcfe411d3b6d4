/** What shows whether a sandbox has work in hand. */
export interface Looks {
  /** Its loader says so. */
  marked(): Promise<boolean>
  /** Processor time that it has used so far, in ms; undefined when nobody can say. */
  cpuMs(): Promise<number | undefined>
}

interface Wait {
  /** For as long as this at most, in ms. */
  readonly withinMs: number
  /** Ends the wait at once. */
  readonly signal: AbortSignal
}

const LOOK_MS = 100
/**
 * Share of one core between two looks. A server that waits for its next request uses next to nothing; one that works may get
 * little on a machine that is short of cores.
 */
const WORKING = 0.1

/** Resolves when a sandbox has finished what it did after its last answer, or has had its time for it. */
export async function untilQuiet(looks: Looks, { withinMs, signal }: Wait): Promise<void> {
  const untilMs = performance.now() + withinMs
  let before: { readonly cpuMs: number; readonly atMs: number } | undefined
  while (!signal.aborted && performance.now() < untilMs) {
    if (await looks.marked()) before = undefined
    else {
      const cpuMs = await looks.cpuMs()
      if (cpuMs === undefined) return
      const atMs = performance.now()
      if (before !== undefined && cpuMs - before.cpuMs < WORKING * (atMs - before.atMs)) return
      before = { cpuMs, atMs }
    }
    await pause(Math.max(1, Math.min(LOOK_MS, untilMs - performance.now())), signal)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
    // It may have happened while somebody looked.
    if (signal.aborted) end()
  })
}
