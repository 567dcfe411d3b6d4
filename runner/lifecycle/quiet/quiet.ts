import type { Sandbox, SandboxContext } from '../../sandbox/sandbox.ts'
import { isBusy } from '../../sandbox/is-busy.ts'
import { untilQuiet } from './until-quiet.ts'

interface Times {
  /** After the last request, until the gateway says that a micro is idle. */
  readonly idleMs: number
  /** After the last request, for as long as the micro still works. */
  readonly afterResponseMs: number
}

/** Waits until a sandbox that is idle for the gateway has finished its work, within the time that work after an answer has. */
export async function quiet(
  context: Pick<SandboxContext, 'dataDir' | 'freezers'>,
  sandbox: Pick<Sandbox, 'id' | 'containerId' | 'isolation'>,
  { idleMs, afterResponseMs, signal }: Times & { readonly signal: AbortSignal },
): Promise<void> {
  const looks = {
    marked: () => isBusy(context.dataDir, sandbox.id),
    // A daemon that cannot say it now will say so again when the sandbox is frozen.
    cpuMs: () => context.freezers.cpuMs(sandbox).catch(() => undefined),
  }
  await untilQuiet(looks, { withinMs: Math.max(0, afterResponseMs - idleMs), signal })
}
