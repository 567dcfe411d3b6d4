import { watchExits, type SandboxExit } from '../../../runner/sandbox/watch-exits.ts'
import type { Stage } from './stage.ts'

/** What the watch tells of the first sandbox that ends by what `act` does. */
export async function exitOf(stage: Stage, act: () => Promise<void>): Promise<SandboxExit> {
  const watching = Promise.withResolvers<void>()
  const exited = Promise.withResolvers<SandboxExit>()
  const stop = new AbortController()
  const watch = watchExits(stage.context, {
    signal: stop.signal,
    onExit: exited.resolve,
    onTrouble: exited.reject,
    onWatching: watching.resolve,
  })
  await watching.promise
  await act()
  const exit = await exited.promise
  stop.abort()
  await watch
  return exit
}
