import { createCells, type Cells } from '../../../../runner/sandbox/cells/cells.ts'
import { openAttacher } from '../../../../runner/sandbox/attach/attacher.ts'
import { provideAttacher } from '../../../../runner/sandbox/attach/provide-attacher.ts'
import type { Sandbox, SandboxContext, SandboxSpec } from '../../../../runner/sandbox/sandbox.ts'
import { startSandbox } from '../../../../runner/sandbox/start-sandbox.ts'
import { openStage, type Micro, type Stage } from '../stage.ts'

/** A stage of its own whose deployments can be started in sandboxes that wait for them. */
export interface CellStage {
  readonly stage: Stage
  readonly context: SandboxContext
  readonly cells: Cells
  readonly problems: unknown[]
  start(micro: Micro, way?: 'plain' | 'cell'): Promise<Sandbox>
  startSpec(spec: SandboxSpec, way?: 'plain' | 'cell'): Promise<Sandbox>
  /** Resolves when one waits for an app of this language. */
  ready(language: 'node' | 'python'): Promise<void>
  /** Makes no more in the place of those that are gone. */
  stopFilling(): void
  close(): Promise<void>
}

const never = new AbortController().signal

export async function openCellStage(size = 1): Promise<CellStage> {
  const stage = await openStage('runc')
  const problems: unknown[] = []
  let filling = true
  // Images come first: the helper is made with them.
  const images = {
    node: (await stage.spec({ files: {} })).image,
    python: (await stage.spec({ language: 'python', files: {} })).image,
  }
  const cells = createCells(stage.context, {
    attacher: openAttacher(() => provideAttacher(stage.context)),
    least: size,
    mostBytes: 0,
    served: () => new Set(),
    mayFill: () => filling,
    onProblem: (_message, error) => problems.push(error),
    onUnusable: (error) => problems.push(error),
  })
  const context = { ...stage.context, cells }
  const startSpec = (spec: SandboxSpec, way?: 'plain' | 'cell') =>
    startSandbox(context, spec, { signal: never, onPhase: () => {}, ...(way === undefined ? {} : { way }) })
  return {
    stage,
    context,
    cells,
    problems,
    start: async (micro, way) => startSpec(await stage.spec(micro), way),
    startSpec,
    async ready(language) {
      cells.know(`some ${language}`, { image: images[language], language })
      const end = Date.now() + 30_000
      while (!cells.has(images[language])) {
        if (Date.now() > end || problems.length > 0) throw new Error('no cell is ready', { cause: problems[0] })
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    stopFilling: () => {
      filling = false
    },
    async close() {
      await cells.close()
      await stage.close()
    },
  }
}
