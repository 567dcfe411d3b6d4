import { platformLimits } from '../contract/limits.ts'
import { appendLog } from '../contract/store/logs/deployment-logs.ts'
import type { Store } from '../contract/store/connect.ts'

const FLUSH_MS = 250

/** A deployment's build log on its way to Redis: collected, so that a chatty install does not cost a write a line. */
export interface DeploymentLog extends AsyncDisposable {
  /** Output as it comes, in any pieces. */
  readonly out: (text: string) => void
  /** A line of our own. */
  readonly note: (line: string) => void
  /** Resolves when all that came so far is stored. */
  readonly flush: () => Promise<void>
}

/** @param onProblem is told when the log cannot be stored, which never stops a deployment. */
export function openDeploymentLog(store: Store, id: string, onProblem: (error: unknown) => void): DeploymentLog {
  let pending = ''
  // What is past the store's own limit is not even carried there: a build may print gigabytes.
  let room: number = platformLimits.logBytes
  let timer: NodeJS.Timeout | undefined
  const flush = async () => {
    clearTimeout(timer)
    timer = undefined
    const text = pending
    pending = ''
    try {
      await appendLog(store, { id, text })
    } catch (error) {
      onProblem(error)
    }
  }
  const out = (text: string) => {
    if (room === 0) return
    const kept = text.slice(0, room)
    room -= kept.length
    pending += kept
    timer ??= setTimeout(() => void flush(), FLUSH_MS)
  }
  return { out, note: (line) => out(`==> ${line}\n`), flush, [Symbol.asyncDispose]: flush }
}
