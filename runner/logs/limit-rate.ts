import { platformLimits } from '../../contract/limits.ts'
import type { OutputLine } from '../docker/read-output.ts'

/** What one deployment may write within the second that is running, and what was left out of it. */
export interface Rate {
  /** The second, as the first 19 characters of a line's time. */
  readonly second: string
  readonly lines: number
  readonly bytes: number
  readonly droppedLines: number
  readonly droppedBytes: number
}

export const freshRate: Rate = { second: '', lines: 0, bytes: 0, droppedLines: 0, droppedBytes: 0 }

export type Kept = OutputLine | { readonly dropped: { readonly lines: number; readonly bytes: number } }

/**
 * Lets through what is within the limit of each second, by the times at which Docker read the lines: what waited while nobody
 * read is not punished for coming at once. When the next second begins, one entry says how much the last one has lost.
 */
export function limitRate(rate: Rate, lines: readonly OutputLine[]): { rate: Rate; kept: Kept[] } {
  const { appLogLinesPerSecond, appLogBytesPerSecond } = platformLimits
  const kept: Kept[] = []
  let now = { ...rate }
  for (const line of lines) {
    const second = line.at.slice(0, 19)
    if (second !== now.second) {
      kept.push(...settled(now))
      now = { ...freshRate, second }
    }
    const bytes = now.bytes + line.bytes.length
    if (now.droppedLines > 0 || now.lines >= appLogLinesPerSecond || bytes > appLogBytesPerSecond) {
      now.droppedLines += 1
      now.droppedBytes += line.bytes.length
    } else {
      now.lines += 1
      now.bytes = bytes
      kept.push(line)
    }
  }
  return { rate: now, kept }
}

/** The word about what was left out, for when no next second may come. */
export function settleRate(rate: Rate): { rate: Rate; kept: Kept[] } {
  return { rate: { ...rate, droppedLines: 0, droppedBytes: 0, lines: Infinity }, kept: settled(rate) }
}

function settled({ droppedLines, droppedBytes }: Rate): Kept[] {
  return droppedLines === 0 ? [] : [{ dropped: { lines: droppedLines, bytes: droppedBytes } }]
}
