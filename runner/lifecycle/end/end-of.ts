import { constants } from 'node:os'
import type { MicroEnd } from '../../../contract/end-reason.ts'
import type { SandboxExit } from '../../sandbox/watch-exits.ts'

const SIGKILL_CODE = 128 + constants.signals.SIGKILL

/** What a sandbox's exit means. `refused`: whether it had reached its limit of processes and threads while it lived. */
export function endOf(
  { exitCode, oomKilled }: Pick<SandboxExit, 'exitCode' | 'oomKilled'>,
  { refused }: { readonly refused: boolean },
): MicroEnd {
  // Docker notes for good that any process was ended for want of memory; the micro ended by it only if it was killed too.
  if (oomKilled && exitCode === SIGKILL_CODE) return { reason: 'memory' }
  if (exitCode < 0) return { reason: 'unknown' }
  if (refused && exitCode !== 0) return { reason: 'processes', exitCode }
  const signal = signalName(exitCode - 128)
  return signal === undefined ? { reason: 'exit', exitCode } : { reason: 'crash', signal }
}

function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0]
}
