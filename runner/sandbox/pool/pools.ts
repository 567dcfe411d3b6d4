import type { StartSlots } from '../start-slots.ts'
import { createPool, type Pool } from './pool.ts'
import { createRuntimesInUse, type RuntimeKind } from './runtimes-in-use.ts'

export interface PoolsOptions<T> {
  /** How many wait for each runtime that is in use; asked each time it matters. */
  size(): number
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

/** Containers that wait, for each runtime of a deployment that is served. */
export interface Pools<T> {
  /** @returns undefined when none waits. */
  take(image: string): T | undefined
  /** A deployment has this runtime. As long as it is served, some wait for it. */
  know(deploymentId: string, kind: RuntimeKind): void
  /** The containers of those that wait. */
  waiting(): readonly string[]
  /** Whether an image is there for certain, because a container of it waits. */
  has(image: string): boolean
  /** Discards those that wait. */
  close(): Promise<void>
}

export function createPools<T>(options: PoolsOptions<T>): Pools<T> {
  const pools = new Map<string, Pool<T>>()
  const inUse = createRuntimesInUse({
    served: () => options.served(),
    onChange() {
      for (const kind of inUse.kinds()) if (!pools.has(kind.image)) pools.set(kind.image, poolOf(kind))
      for (const pool of pools.values()) pool.adjust()
    },
  })
  const poolOf = (kind: RuntimeKind): Pool<T> =>
    createPool<T>({
      starts: options.starts,
      target: () => (inUse.has(kind.image) ? options.size() : 0),
      mayFill: () => options.mayFill(),
      make: (signal) => options.make(kind, signal),
      discard: (item) => options.discard(item),
      gone: (item) => options.of(item).exited,
      onProblem: (message, error) => options.onProblem(message, error),
    })
  return {
    take: (image) => pools.get(image)?.take(),
    know: (deploymentId, { image, language }) => inUse.know(deploymentId, { image, language }),
    waiting: () => [...pools.values()].flatMap((pool) => pool.items()).map((item) => options.of(item).containerId),
    has: (image) => (pools.get(image)?.waiting() ?? 0) > 0,
    async close() {
      inUse.close()
      await Promise.all([...pools.values()].map((pool) => pool.close()))
    },
  }
}
