import type { Logger } from 'pino'
import type { Settings } from '../../contract/settings.ts'
import { memoryAhead } from './memory/memory-ahead.ts'
import { findRuntime } from '../../runtimes/catalogue.ts'
import { sandboxReference } from '../images/prepare.ts'
import { openAttacher } from '../sandbox/attach/attacher.ts'
import { createCells, type Cells } from '../sandbox/cells/cells.ts'
import { provideAttacher } from '../sandbox/attach/provide-attacher.ts'
import type { SandboxContext } from '../sandbox/sandbox.ts'

interface Surroundings {
  readonly settings: Pick<Settings, 'cells' | 'cellsMemoryBytes'>
  /** The deployments that visitors are led to. */
  served(): ReadonlySet<string>
  /** Whether there is memory for one more. */
  mayFill(): boolean
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/**
 * Sandboxes that wait for their app, under runc: gVisor cannot mount into one that runs, and has snapshots.
 *
 * @returns undefined where there are none.
 */
export function openCells(context: SandboxContext, around: Surroundings): Cells | undefined {
  const { settings, log } = around
  if (context.isolation !== 'runc' || settings.cells === 0) return undefined
  return createCells(context, {
    attacher: openAttacher(() => provideAttacher(context)),
    least: settings.cells,
    mostBytes: memoryAhead(settings),
    served: () => around.served(),
    mayFill: () => around.mayFill(),
    onProblem: (message, err) => log.warn({ err }, message),
    onUnusable: (err) =>
      log.info(
        { err },
        'No sandboxes wait for their apps, because code cannot be mounted into one that runs: plain starts serve.',
      ),
  })
}

/** Lets sandboxes wait for the deployments that a restarted engine finds. */
export async function knowServed(cells: Pick<Cells, 'know'>, runtimeOf: ReadonlyMap<string, string>): Promise<void> {
  for (const [deploymentId, id] of runtimeOf) {
    const runtime = findRuntime(id)
    if (runtime === undefined) continue
    cells.know(deploymentId, { image: await sandboxReference(runtime), language: runtime.language })
  }
}
