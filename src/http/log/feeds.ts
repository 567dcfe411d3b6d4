import { createFeed, type Feed, type FeedDeps, type OpenFeed } from './feed.ts'

/** Logs that are held at the same time, looked at or not. */
const MOST_FEEDS = 64
/** For whoever loads the page and then follows it, or loads it again. */
const KEPT_MS = 10_000

export interface Feeds {
  /** A deployment's log as it is now; undefined when too many are looked at already. Rejects when Redis is away. */
  read(id: string): Promise<Feed | undefined>
  /** The same, read on for as long as the lease is held. */
  follow(id: string): Promise<FeedLease | undefined>
  close(): void
}

interface FeedLease extends Disposable {
  readonly feed: Feed
}

interface Entry {
  readonly feed: OpenFeed
  readers: number
  usedMs: number
  stop: AbortController | undefined
}

/** One feed for each deployment that somebody looks at. */
export function createFeeds(deps: FeedDeps): Feeds {
  const entries = new Map<string, Entry>()

  const forget = () => {
    const longAgo = deps.now() - KEPT_MS
    for (const [id, { readers, usedMs }] of entries) if (readers === 0 && usedMs < longAgo) entries.delete(id)
  }
  const makeRoom = (): boolean => {
    forget()
    if (entries.size < MOST_FEEDS) return true
    const idle = [...entries].find(([, { readers }]) => readers === 0)
    return idle !== undefined && entries.delete(idle[0])
  }
  const take = (id: string): Entry | undefined => {
    const known = entries.get(id)
    if (known === undefined && !makeRoom()) return undefined
    const entry = known ?? { feed: createFeed(id, deps), readers: 0, usedMs: 0, stop: undefined }
    entry.usedMs = deps.now()
    entries.set(id, entry)
    return entry
  }
  const lease = (entry: Entry): FeedLease => {
    entry.readers += 1
    if (entry.stop === undefined) {
      entry.stop = new AbortController()
      void entry.feed.follow(entry.stop.signal)
    }
    return {
      feed: entry.feed,
      [Symbol.dispose]() {
        entry.readers -= 1
        entry.usedMs = deps.now()
        if (entry.readers > 0) return
        entry.stop?.abort()
        entry.stop = undefined
      },
    }
  }
  const timer = setInterval(forget, KEPT_MS).unref()
  return {
    async read(id) {
      const entry = take(id)
      await entry?.feed.refresh()
      return entry?.feed
    },
    async follow(id) {
      const entry = take(id)
      if (entry === undefined) return undefined
      const held = lease(entry)
      try {
        await entry.feed.refresh()
        return held
      } catch (error) {
        held[Symbol.dispose]()
        throw error
      }
    },
    close() {
      clearInterval(timer)
      for (const { stop } of entries.values()) stop?.abort()
      entries.clear()
    },
  }
}
