import { createPool, type Pool } from '../pool/pool.ts'
import type { PreparedSandbox } from '../prepare-sandbox.ts'
import type { SandboxContext, SandboxSpec } from '../sandbox.ts'
import { freeze } from '../sleep/sleep.ts'
import type { Attacher } from './attacher.ts'
import { cellLimits, discardCell, makeCell, type Cell, type CellKind } from './cell.ts'
import { claimCell } from './claim-cell.ts'
import { claimOf } from './claim-of.ts'
import { createRuntimesInUse } from './runtimes-in-use.ts'

export interface CellsOptions {
  readonly attacher: Attacher
  /** How many wait for each runtime that is in use. */
  readonly size: number
  /** The deployments that visitors are led to. */
  served(): ReadonlySet<string>
  /** Whether there is memory for one more. */
  mayFill(): boolean
  onProblem(message: string, error: unknown): void
  /** Nothing can be attached to a sandbox that runs; told once, and nothing waits any more. */
  onUnusable(error: unknown): void
}

/** Sandboxes started ahead of need, with their runtime loaded: a deployment that has none takes one of these instead of waiting for Docker. */
export interface Cells {
  /**
   * Gives a deployment a sandbox whose runtime is loaded and that has its code, its environment and its arguments.
   *
   * @returns undefined when none waits that fits, or it could not be used; then a plain start serves. @throws the signal's reason
   */
  claim(spec: SandboxSpec, signal: AbortSignal): Promise<PreparedSandbox | undefined>
  /** A deployment has this runtime. As long as it is served, some wait for it. */
  know(deploymentId: string, kind: CellKind): void
  /** The containers of those that wait. */
  waiting(): readonly string[]
  /** Whether an image is there for certain, because a sandbox of it waits. */
  has(image: string): boolean
  /** Discards those that wait. */
  close(): Promise<void>
}

export function createCells(context: SandboxContext, options: CellsOptions): Cells {
  const { attacher } = options
  const pools = new Map<string, Pool<Cell>>()
  let usable = true
  let limitable = true
  const inUse = createRuntimesInUse({
    served: () => options.served(),
    onChange: () => {
      for (const { image, language } of inUse.kinds()) poolOf({ image, language })
      for (const pool of pools.values()) pool.adjust()
    },
  })

  const poolOf = (kind: CellKind): Pool<Cell> => {
    const known = pools.get(kind.image)
    if (known !== undefined) return known
    const pool = createPool<Cell>({
      starts: context.starts,
      target: () => (usable && inUse.has(kind.image) ? options.size : 0),
      mayFill: () => options.mayFill(),
      make: (signal) => make(kind, signal),
      discard: (cell) => discardCell(context, cell),
      gone: (cell) => cell.sandbox.exited,
      onProblem: (message, error) => {
        if (usable) options.onProblem(message, error)
      },
    })
    pools.set(kind.image, pool)
    return pool
  }
  const make = async (kind: CellKind, signal: AbortSignal): Promise<Cell> => {
    const cell = await makeCell(context, kind, signal)
    limitable = cell.limitMemory !== undefined
    const { pid, sandbox } = cell
    try {
      // With nothing to attach yet: whether it can be done at all.
      await attacher.attach({ pid, box: sandbox.paths.box, mounts: [] }).catch((error: unknown) => {
        if (usable) options.onUnusable(error)
        usable = false
        throw error
      })
      await freeze(context, { containerId: sandbox.containerId, isolation: context.isolation })
      return cell
    } catch (error) {
      await discardCell(context, cell)
      throw error
    }
  }

  return {
    async claim(spec, signal) {
      const otherMemory = spec.limits.memoryBytes !== cellLimits.memoryBytes
      if (claimOf(spec) === undefined || (otherMemory && !limitable)) return undefined
      const cell = pools.get(spec.image)?.take()
      if (cell === undefined) return undefined
      try {
        return await claimCell(context, cell, { attacher, spec, signal })
      } catch (error) {
        await discardCell(context, cell)
        signal.throwIfAborted()
        options.onProblem('a sandbox that waited for its app could not be used, and a new one is started', error)
        return undefined
      }
    },
    know: (deploymentId, { image, language }) => inUse.know(deploymentId, { image, language }),
    waiting: () => [...pools.values()].flatMap((pool) => pool.items()).map(({ sandbox }) => sandbox.containerId),
    has: (image) => (pools.get(image)?.waiting() ?? 0) > 0,
    async close() {
      inUse.close()
      await Promise.all([...pools.values()].map((pool) => pool.close()))
      await attacher.close()
    },
  }
}
