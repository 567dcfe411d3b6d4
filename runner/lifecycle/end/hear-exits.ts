import type { Runner } from '../../runner.ts'
import { endRemains } from '../../sandbox/remains.ts'
import { watchExits } from '../../sandbox/watch-exits.ts'
import { noteExit } from './note-end.ts'
import { noteMemoryFull } from './note-incident.ts'

type HearingRunner = Parameters<typeof noteExit>[0] & Pick<Runner, 'sandboxes' | 'log'>

/**
 * Deals with all that Docker tells of sandboxes' ends, until the signal aborts; never rejects. Once a daemon that was away can be heard
 * again, what failed starts left behind meanwhile is ended.
 */
export function hearExits(runner: HearingRunner, signal: AbortSignal): Promise<void> {
  const { sandboxes, log } = runner
  let brokenAtMs: number | undefined
  return watchExits(sandboxes, {
    signal,
    onExit: (exit) => void noteExit(runner, exit),
    onMemoryFull: (sandbox) => void noteMemoryFull(runner, sandbox),
    onTrouble: (error) => {
      brokenAtMs ??= Date.now()
      log.warn({ err: error }, 'the Docker daemon cannot be heard')
    },
    onWatching: () => {
      if (brokenAtMs === undefined) return
      const since = brokenAtMs
      brokenAtMs = undefined
      endRemains(sandboxes, since).catch((error: unknown) => {
        // The next time that it is heard again.
        brokenAtMs = since
        log.warn({ err: error }, 'what was left of failed starts could not be ended')
      })
    },
  })
}
