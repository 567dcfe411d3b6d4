import type { StartSlots } from '../start-slots.ts'
import { createDemand, MOST, type Demand } from './demand.ts'
import { createPool, type Pool } from './pool.ts'
import { createRuntimesInUse, type RuntimeKind } from './runtimes-in-use.ts'
import { shareOut } from './share-out.ts'

export interface PoolsOptions<T> {
  /** How many wait at least for each runtime that is in use; asked each time it matters. */
  least(): number
  /** How many may wait for all of them together when more were wanted lately, 256 at the most; what is to wait at least does, all the same. */
  most(): number
  /** What the end of one gives back, roughly. */
  readonly itemBytes: number
  /** The deployments that visitors are led to. */
  served(): ReadonlySet<string>
  /** Whether there is memory for one more. */
  mayFill(): boolean
  make(kind: RuntimeKind, signal: AbortSignal): Promise<T>
  discard(item: T): Promise<void>
  /** Of the container that waits. */
  of(item: T): { readonly containerId: string; readonly exited: Promise<unknown> }
  readonly starts: StartSlots
  onProblem(message: string, error: unknown): void
}

/** Containers that wait, for each runtime of a deployment that is served: as many as were wanted at once lately. */
export interface Pools<T> {
  /** @returns undefined when none waits. */
  take(image: string): T | undefined
  /** A deployment has this runtime. As long as it is served, some wait for it. */
  know(deploymentId: string, kind: RuntimeKind): void
  /** The containers of those that wait. */
  waiting(): readonly string[]
  /** Whether an image is there for certain, because a container of it waits. */
  has(image: string): boolean
  /**
   * Gives so much memory back by discarding those that wait, of the runtimes first that were wanted least recently; resolves when they are gone. That many
   * are wanted again only when that many are wanted at once again.
   *
   * @param which `surplus`: none of those that wait at least.
   */
  giveUp(neededBytes: number, which: 'surplus' | 'all'): Promise<void>
  /** Discards those that wait. */
  close(): Promise<void>
}

interface Runtime<T> {
  readonly image: string
  readonly pool: Pool<T>
  readonly demand: Demand
}

/** After some were given up for want of memory. */
const REST_MS = 60_000

export function createPools<T>(options: PoolsOptions<T>): Pools<T> {
  const runtimes = new Map<string, Runtime<T>>()
  let restUntilMs = 0
  const inUse = createRuntimesInUse({
    served: () => options.served(),
    onChange() {
      for (const kind of inUse.kinds()) if (!runtimes.has(kind.image)) runtimes.set(kind.image, open(kind))
      for (const { pool } of runtimes.values()) pool.adjust()
    },
  })
  const most = (): number => Math.min(options.most(), MOST)
  /** A share that became smaller is given back a little later than the larger one of another runtime is filled. */
  const hasRoom = (image: string): boolean => {
    const waiting = [...runtimes.values()].reduce((sum, { pool }) => sum + pool.waiting(), 0)
    return waiting < most() || (runtimes.get(image)?.pool.waiting() ?? 0) < options.least()
  }
  const target = (image: string): number => {
    if (!inUse.has(image) || options.least() === 0) return 0
    const used = [...runtimes.values()].filter((one) => inUse.has(one.image))
    const wishes = used.map((one) => ({ name: one.image, wanted: one.demand.most() }))
    return shareOut(wishes, { least: options.least(), most: most() }).get(image) ?? 0
  }
  const open = (kind: RuntimeKind): Runtime<T> => {
    const pool = createPool<T>({
      starts: options.starts,
      target: () => target(kind.image),
      mayFill: () => performance.now() >= restUntilMs && hasRoom(kind.image) && options.mayFill(),
      make: (signal) => options.make(kind, signal),
      discard: (item) => options.discard(item),
      gone: (item) => options.of(item).exited,
      onProblem: (message, error) => options.onProblem(message, error),
    })
    return { image: kind.image, pool, demand: createDemand() }
  }
  return {
    take(image) {
      const runtime = runtimes.get(image)
      runtime?.demand.note()
      return runtime?.pool.take()
    },
    know: (deploymentId, { image, language }) => inUse.know(deploymentId, { image, language }),
    waiting: () =>
      [...runtimes.values()].flatMap(({ pool }) => pool.items()).map((item) => options.of(item).containerId),
    has: (image) => (runtimes.get(image)?.pool.waiting() ?? 0) > 0,
    async giveUp(neededBytes, which) {
      let count = Math.ceil(neededBytes / options.itemBytes)
      const given: Promise<void>[] = []
      for (const { pool, demand } of [...runtimes.values()].toSorted((a, b) => a.demand.lastMs() - b.demand.lastMs())) {
        const spare = Math.max(0, pool.waiting() - (which === 'all' ? 0 : options.least()))
        if (count <= 0 || spare === 0) continue
        restUntilMs = performance.now() + REST_MS
        const fewer = Math.min(count, spare)
        demand.lower(pool.waiting() - fewer)
        given.push(pool.giveUp(fewer))
        count -= fewer
      }
      await Promise.all(given)
    },
    async close() {
      inUse.close()
      await Promise.all([...runtimes.values()].map(({ pool }) => pool.close()))
    },
  }
}
