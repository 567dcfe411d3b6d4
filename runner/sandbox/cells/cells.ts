import { defaultLimits } from '../../../contract/limits.ts'
import type { Attacher } from '../attach/attacher.ts'
import { createPools, type Pools } from '../pool/pools.ts'
import type { RuntimeKind } from '../pool/runtimes-in-use.ts'
import type { PreparedSandbox } from '../prepare-sandbox.ts'
import type { SandboxContext, SandboxSpec } from '../sandbox.ts'
import { freeze } from '../sleep/sleep.ts'
import { discardCell, makeCell, type Cell } from './cell.ts'
import { claimCell } from './claim-cell.ts'
import { claimOf } from './claim-of.ts'

export interface CellsOptions {
  readonly attacher: Attacher
  /** How many wait at least for each runtime that is in use. */
  readonly least: number
  /** The memory that all of them together may have when more were wanted at once lately. */
  readonly mostBytes: number
  /** The deployments that visitors are led to. */
  served(): ReadonlySet<string>
  /** Whether there is memory for one more. */
  mayFill(): boolean
  onProblem(message: string, error: unknown): void
  /** Nothing can be attached to a sandbox that runs; told once, and nothing waits any more. */
  onUnusable(error: unknown): void
}

/** Sandboxes started ahead of need, with their runtime loaded: a deployment that has none takes one of these instead of waiting for Docker. */
export interface Cells extends Pick<Pools<Cell>, 'know' | 'waiting' | 'has' | 'giveUp' | 'close'> {
  /**
   * Gives a deployment a sandbox whose runtime is loaded and that has its code, its environment and its arguments.
   *
   * @returns undefined when none waits that fits, or it could not be used; then a plain start serves. @throws the signal's reason
   */
  claim(spec: SandboxSpec, signal: AbortSignal): Promise<PreparedSandbox | undefined>
}

/** Of the host's memory, with what Docker and the kernel hold for one: measured on fifty. */
const CELL_BYTES = 16 * 1024 ** 2

export function createCells(context: SandboxContext, options: CellsOptions): Cells {
  const { attacher } = options
  let usable = true
  let limitable = true
  const make = async (kind: RuntimeKind, signal: AbortSignal): Promise<Cell> => {
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

  const pools = createPools<Cell>({
    ...options,
    starts: context.starts,
    least: () => (usable ? options.least : 0),
    most: () => Math.floor(options.mostBytes / CELL_BYTES),
    itemBytes: CELL_BYTES,
    make,
    discard: (cell) => discardCell(context, cell),
    of: ({ sandbox }) => sandbox,
    onProblem: (message, error) => {
      if (usable) options.onProblem(message, error)
    },
  })

  return {
    async claim(spec, signal) {
      const otherMemory = spec.limits.memoryBytes !== defaultLimits.memoryBytes
      if (claimOf(spec) === undefined || (otherMemory && !limitable)) return undefined
      const cell = pools.take(spec.image)
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
    know: (deploymentId, kind) => pools.know(deploymentId, kind),
    waiting: () => pools.waiting(),
    has: (image) => pools.has(image),
    giveUp: (neededBytes, which) => pools.giveUp(neededBytes, which),
    async close() {
      await pools.close()
      await attacher.close()
    },
  }
}
