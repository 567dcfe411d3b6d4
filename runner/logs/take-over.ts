import { setTimeout as delay } from 'node:timers/promises'
import type { AppLine } from '../../contract/app-log.ts'
import { platformLimits } from '../../contract/limits.ts'
import type { Store } from '../../contract/store/connect.ts'
import { appendAppLog, outputReadUpTo } from '../../contract/store/logs/app-logs.ts'
import { formatSize } from '../../contract/text/format-size.ts'
import type { Docker } from '../docker/client.ts'
import { readOutput, type OutputLine } from '../docker/read-output.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Mask } from '../secrets/mask.ts'
import { freshRate, limitRate, settleRate, type Kept } from './limit-rate.ts'
import { advance, formatPosition, parsePosition } from './position.ts'

/** Lines are stored this often, so that a chatty micro does not cost a write a line. */
const EVERY_MS = 250
/** What is read of one micro in that time at most. Who writes more is not read faster: Docker drops what its files cannot hold. */
const MOST_BYTES = 1024 * 1024
/** What a short line costs beside its text. */
const LINE_BYTES = 64
/** After so long a silence the word about what was left out is said. */
const SILENCE_MS = 1000
/** While the store is away. */
const RETRY_MS = 1000

export interface TakeOver {
  readonly docker: Docker
  readonly store: Store
  readonly sandbox: Pick<Sandbox, 'containerId' | 'deploymentId'>
  readonly mask: Mask
  /** Whether to wait for what is yet to come, until the sandbox ends. */
  readonly follow: boolean
  readonly signal: AbortSignal
}

/**
 * Takes over what a sandbox wrote into its deployment's app log, from where it was left the last time. It holds some MB at most, and never
 * holds up the app: Docker stands between them.
 */
export async function takeOver(of: TakeOver): Promise<void> {
  const { docker, store, sandbox, signal } = of
  const { containerId, deploymentId } = sandbox
  let position = parsePosition(await outputReadUpTo(store, containerId))
  let rate = freshRate
  let waiting: OutputLine[] = []
  let bytes = 0
  let room = Promise.withResolvers<void>()
  let lastMs = performance.now()

  const flush = async (end: boolean): Promise<void> => {
    const lines = waiting
    waiting = []
    bytes = 0
    room.resolve()
    room = Promise.withResolvers<void>()
    const limited = limitRate(rate, lines)
    if (lines.length > 0) lastMs = performance.now()
    const quiet = end || performance.now() - lastMs > SILENCE_MS
    const rest = quiet && limited.rate.droppedLines > 0 ? settleRate(limited.rate) : { rate: limited.rate, kept: [] }
    rate = rest.rate
    position = advance(position, lines)
    const kept = [...limited.kept, ...rest.kept].map((one) => toAppLine(one, of.mask))
    if (lines.length === 0 && kept.length === 0) return
    const read =
      position === undefined || lines.length === 0 ? {} : { read: { containerId, position: formatPosition(position) } }
    await persist(() => appendAppLog(store, { deploymentId, lines: kept, ...read }), signal)
  }

  const reading = readOutput(docker, containerId, {
    after: position,
    follow: of.follow,
    signal,
    async take(lines) {
      for (const line of lines) bytes += line.bytes.length + LINE_BYTES
      waiting.push(...lines)
      if (bytes > MOST_BYTES) await room.promise
    },
  })
  let ended = false
  const end = reading.finally(() => {
    ended = true
  })
  // Its failure is thrown below; until then it must not count as unhandled.
  end.catch(() => {})
  while (!ended) {
    await Promise.race([delay(EVERY_MS), end.catch(() => {})])
    await flush(false)
  }
  // It may have ended while what came before was stored.
  await flush(true)
  await end
}

/** Redis may be away for a while: what was read waits, and nothing more is read until then. */
async function persist(append: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    try {
      return await append()
    } catch (error) {
      // What cannot be sent at all cannot be sent later either.
      if (error instanceof RangeError) throw error
      // The loss of Redis is told by whoever else needs it; aborted, the loop ends above.
      await delay(RETRY_MS, undefined, { signal }).catch(() => {})
    }
  }
}

function toAppLine(kept: Kept, mask: Mask): AppLine {
  if ('dropped' in kept) {
    const { lines, bytes } = kept.dropped
    const { appLogLinesPerSecond, appLogBytesPerSecond } = platformLimits
    return {
      atMs: Date.now(),
      stream: 'micropush',
      text: `${lines} lines or more (${formatSize(bytes)}) were left out: over ${appLogLinesPerSecond} lines or ${formatSize(appLogBytesPerSecond)} in one second.`,
    }
  }
  return { atMs: Date.parse(kept.at), stream: kept.stream, text: mask(kept.bytes.toString('utf8')) }
}
