import type { StartSlots } from '../start-slots.ts'

export interface PoolOptions<T> {
  /** How many should wait; asked each time it matters. */
  target(): number
  make(signal: AbortSignal): Promise<T>
  discard(item: T): Promise<void>
  /** Whether one may be made now; when not, it is asked again a little later. */
  mayFill(): boolean
  /** Resolves when one that waits is of no use any more; rejects when nobody can say so any more, which is the same: it would be given out dead. */
  gone?(item: T): Promise<unknown>
  readonly starts: StartSlots
  onProblem(message: string, error: unknown): void
}

/** Things that take long to make, made ahead of need. Each is given out once and never comes back. */
export interface Pool<T> {
  /** The one that has waited longest; undefined when there is none. Another one is made in its place. */
  take(): T | undefined
  /** Brings the number to its target, in the background and a few at a time: makes what is missing, discards what is too many. */
  adjust(): void
  waiting(): number
  /** Those that wait. */
  items(): readonly T[]
  /** Discards so many of those that wait, at most; others are made in their place as soon as that may be. Resolves when nothing of them is left. */
  giveUp(count: number): Promise<void>
  /** Discards all, and resolves when nothing is left. */
  close(): Promise<void>
}

const ASK_AGAIN_MS = 1000
/** So many are made, and so many taken away, at the same time. */
const AT_ONCE = 2
/** So many are given up at the same time: each takes helper processes of Docker, and memory is short. */
const GIVEN_AT_ONCE = 4
/** After a failure, doubled with each one that follows it. */
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000
/** What ends sooner by itself was made in vain: without a pause it would be made and end in a circle. */
const SOUND_MS = 10_000

export function createPool<T>(options: PoolOptions<T>): Pool<T> {
  const stop = new AbortController()
  const items: T[] = []
  /** What is being made or discarded. */
  const work = new Set<Promise<void>>()
  let making = 0
  let dropping = 0
  let pauseMs = 0
  let timer: NodeJS.Timeout | undefined

  const background = (doing: Promise<void>): Promise<void> => {
    work.add(doing)
    void doing.finally(() => work.delete(doing))
    return doing
  }
  const discard = async (item: T): Promise<void> => {
    await options
      .discard(item)
      .catch((error: unknown) => options.onProblem('what waited ahead of need could not be taken away', error))
  }
  const discardInBackground = (item: T): Promise<void> => background(discard(item))
  const later = (delayMs: number): void => {
    if (timer !== undefined || stop.signal.aborted) return
    timer = setTimeout(() => {
      timer = undefined
      adjust()
    }, delayMs)
    timer.unref()
  }
  const madeInVain = (error: unknown): void => {
    pauseMs = Math.min(Math.max(pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS)
    later(pauseMs)
    options.onProblem('nothing could be started ahead of need', error)
  }
  const watch = async (item: T, gone: Promise<unknown>): Promise<void> => {
    let isSound = false
    const sound = setTimeout(() => {
      isSound = true
      pauseMs = 0
    }, SOUND_MS)
    sound.unref()
    const why = await gone.catch((error: unknown) => error)
    const at = items.indexOf(item)
    if (at < 0) return
    clearTimeout(sound)
    items.splice(at, 1)
    void discardInBackground(item)
    if (!isSound) madeInVain(new Error('it ended right after it was made', { cause: why }))
    adjust()
  }
  const makeOne = async (): Promise<void> => {
    making += 1
    try {
      // When its turn comes, which may take a while.
      const item = await options.starts.run('ahead', stop.signal, async () =>
        missing() >= 0 && options.mayFill() ? await options.make(stop.signal) : undefined,
      )
      if (item === undefined) return
      if (stop.signal.aborted) return await discard(item)
      items.push(item)
      if (options.gone === undefined) pauseMs = 0
      else void watch(item, options.gone(item))
    } catch (error) {
      if (!stop.signal.aborted) madeInVain(error)
    } finally {
      making -= 1
      adjust()
    }
  }
  const dropOne = async (): Promise<void> => {
    dropping += 1
    try {
      await options.starts.run('ahead', stop.signal, async () => {
        const item = items.length > options.target() ? items.pop() : undefined
        if (item !== undefined) await discard(item)
      })
    } catch {
      // It is being closed, which discards all.
    } finally {
      dropping -= 1
      adjust()
    }
  }
  const missing = (): number => options.target() - items.length - making
  const adjust = (): void => {
    if (stop.signal.aborted) return
    while (dropping < AT_ONCE && items.length - dropping > options.target()) void background(dropOne())
    if (timer !== undefined || missing() <= 0) return
    if (!options.mayFill()) return later(ASK_AGAIN_MS)
    // Not all that are missing: whether they are to be made may be another question by then, and other runtimes have their turn between.
    while (making < AT_ONCE && missing() > 0) void background(makeOne())
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
    async giveUp(count) {
      const given = items.splice(0, count)
      const discardAll = async () => {
        for (let item = given.shift(); item !== undefined; item = given.shift()) await discard(item)
      }
      await Promise.all(Array.from({ length: GIVEN_AT_ONCE }, () => background(discardAll())))
      later(ASK_AGAIN_MS)
    },
    async close() {
      stop.abort(new Error('closed'))
      clearTimeout(timer)
      await Promise.all([...items.splice(0).map(discard), ...work])
      await Promise.all(work)
    },
  }
}
