import { cacheName } from './cache-name.ts'
import { warmUp } from './warm-up.ts'
import type { WarmUp, WarmUpContext } from './compile.ts'

export interface WarmUps {
  /** Compiles an app ahead when there is time for it; what was tried is not tried again. */
  request(warm: Omit<WarmUp, 'signal'>): void
  /** Ends the one that runs, and forgets the others. */
  close(): Promise<void>
}

/** Whoever pushed looks at the new deployment first; it need not share the processor with what saves time later. */
const PAUSE_MS = 3000
/** Names that are remembered as tried. Beyond that they are forgotten, and tried once more. */
const REMEMBERED = 10_000

/** @param onProblem told when one failed for another reason than its app. */
export function createWarmUps(context: WarmUpContext, onProblem: (error: unknown) => void): WarmUps {
  const stop = new AbortController()
  const tried = new Set<string>()
  const waiting: Omit<WarmUp, 'signal'>[] = []
  let working: Promise<void> | undefined

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await pause(stop.signal)
      if (stop.signal.aborted) return
      await warmUp(context, { ...next, signal: stop.signal }).catch((error: unknown) => {
        if (!stop.signal.aborted) onProblem(error)
      })
    }
  }

  return {
    request(warm) {
      const name = cacheName(warm)
      if (name === undefined || tried.has(name) || stop.signal.aborted) return
      if (tried.size >= REMEMBERED) tried.clear()
      tried.add(name)
      waiting.push(warm)
      working ??= work().finally(() => (working = undefined))
    },
    async close() {
      stop.abort(new Error('the runner goes down'))
      await working
    },
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PAUSE_MS)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
