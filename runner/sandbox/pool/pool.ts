import type { StartSlots } from '../start-slots.ts'

export interface PoolOptions<T> {
  /** How many should wait; asked each time it matters. */
  target(): number
  make(signal: AbortSignal): Promise<T>
  discard(item: T): Promise<void>
  /** Whether one may be made now; when not, it is asked again a little later. */
  mayFill(): boolean
  /** Resolves when one that waits is of no use any more. */
  gone?(item: T): Promise<unknown>
  readonly starts: StartSlots
  onProblem(message: string, error: unknown): void
}

/** Things that take long to make, made ahead of need. Each is given out once and never comes back. */
export interface Pool<T> {
  /** The one that has waited longest; undefined when there is none. Another one is made in its place. */
  take(): T | undefined
  /** Brings the number to its target, in the background: makes what is missing, discards what is too many. */
  adjust(): void
  waiting(): number
  /** Those that wait. */
  items(): readonly T[]
  /** Discards all, and resolves when nothing is left. */
  close(): Promise<void>
}

const ASK_AGAIN_MS = 1000
/** After a failure, doubled with each one that follows it. */
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000

export function createPool<T>(options: PoolOptions<T>): Pool<T> {
  const stop = new AbortController()
  const items: T[] = []
  /** What is being made or discarded. */
  const work = new Set<Promise<void>>()
  let making = 0
  let pauseMs = 0
  let timer: NodeJS.Timeout | undefined

  const background = (doing: Promise<void>): void => {
    work.add(doing)
    void doing.finally(() => work.delete(doing))
  }
  const discard = async (item: T): Promise<void> => {
    await options
      .discard(item)
      .catch((error: unknown) => options.onProblem('what waited ahead of need could not be taken away', error))
  }
  const later = (delayMs: number): void => {
    if (timer !== undefined || stop.signal.aborted) return
    timer = setTimeout(() => {
      timer = undefined
      adjust()
    }, delayMs)
    timer.unref()
  }
  const watch = async (item: T): Promise<void> => {
    await options.gone?.(item).catch(() => {
      // That nobody can say when it ends is no reason to think that it has.
      return new Promise(() => {})
    })
    const at = items.indexOf(item)
    if (at < 0) return
    items.splice(at, 1)
    background(discard(item))
    adjust()
  }
  const makeOne = async (): Promise<void> => {
    try {
      const item = await options.starts.run('ahead', stop.signal, () => options.make(stop.signal))
      pauseMs = 0
      if (stop.signal.aborted) return await discard(item)
      items.push(item)
      if (options.gone !== undefined) void watch(item)
    } catch (error) {
      if (stop.signal.aborted) return
      pauseMs = Math.min(Math.max(pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS)
      later(pauseMs)
      options.onProblem('nothing could be started ahead of need', error)
    } finally {
      making -= 1
      adjust()
    }
  }
  const adjust = (): void => {
    if (stop.signal.aborted) return
    const target = options.target()
    while (items.length > target) {
      const item = items.pop()
      if (item !== undefined) background(discard(item))
    }
    if (timer !== undefined || items.length + making >= target) return
    if (!options.mayFill()) return later(ASK_AGAIN_MS)
    while (items.length + making < target) {
      making += 1
      background(makeOne())
    }
  }

  return {
    take() {
      const item = items.shift()
      adjust()
      return item
    },
    adjust,
    waiting: () => items.length,
    items: () => [...items],
    async close() {
      stop.abort(new Error('closed'))
      clearTimeout(timer)
      await Promise.all([...items.splice(0).map(discard), ...work])
      await Promise.all(work)
    },
  }
}
