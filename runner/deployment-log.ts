import { platformLimits } from '../contract/limits.ts'
import type { Store } from '../contract/store/connect.ts'
import { appendLog } from '../contract/store/logs/deployment-logs.ts'
import { redactTokens } from '../contract/text/redact-tokens.ts'
import { createMaskStream } from './secrets/mask-stream.ts'
import type { Mask } from './secrets/mask.ts'

const FLUSH_MS = 250
/** A line that is not at its end is held back for this long, because the rest of a secret may follow. */
const HOLD_MS = 1000

/** A deployment's build log on its way to Redis: collected, so that a chatty install does not cost a write a line, and without secrets. */
export interface DeploymentLog extends AsyncDisposable {
  /** Output as it comes, in any pieces. */
  readonly out: (text: string) => void
  /** A line of our own. */
  readonly note: (line: string) => void
  /** Resolves when all that came so far is stored. */
  readonly flush: () => Promise<void>
  /** Words that may repeat what a build said, without its secrets. */
  readonly hide: (text: string) => string
}

interface Options {
  /** Hides the secrets of the micro. */
  readonly mask: Mask
  /** Is told when the log cannot be stored, which never stops a deployment. */
  readonly onProblem: (error: unknown) => void
}

export function openDeploymentLog(store: Store, id: string, { mask, onProblem }: Options): DeploymentLog {
  const masked = createMaskStream(mask)
  let pending = ''
  let isAtLineStart = true
  // What is past the store's own limit is not even carried there: a build may print gigabytes.
  let room: number = platformLimits.logBytes
  let saving: NodeJS.Timeout | undefined
  let holding: NodeJS.Timeout | undefined

  const save = async () => {
    clearTimeout(saving)
    saving = undefined
    const text = pending
    pending = ''
    try {
      await appendLog(store, { id, text })
    } catch (error) {
      onProblem(error)
    }
  }
  const tell = (text: string) => {
    if (text === '') return
    const kept = text.slice(0, room)
    room -= kept.length
    pending += kept
    isAtLineStart = text.endsWith('\n')
    saving ??= setTimeout(() => void save(), FLUSH_MS)
  }
  const release = () => {
    clearTimeout(holding)
    tell(masked.release())
  }
  const out = (text: string) => {
    if (room === 0) return
    tell(masked.write(text))
    clearTimeout(holding)
    if (masked.isHolding) holding = setTimeout(release, HOLD_MS)
  }
  const flush = async () => {
    release()
    await save()
  }
  const note = (line: string) => {
    release()
    out(`${isAtLineStart ? '' : '\n'}==> ${line}\n`)
  }
  return { out, note, flush, hide: (text) => redactTokens(mask(text)), [Symbol.asyncDispose]: flush }
}
