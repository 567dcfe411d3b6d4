import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import { formatAppLine, type AppLine, type AppStream } from '../../contract/app-log.ts'

const styles = { out: 'reset', err: 'red', micropush: 'yellow' } as const satisfies Record<AppStream, string>

export interface Printer {
  /** Resolves when there is room for more. */
  print(lines: readonly AppLine[]): Promise<void>
  /** Aborts when nobody reads any more, as after `| head`. */
  readonly closed: AbortSignal
}

/** Prints lines of a log, in colours where a person looks; NO_COLOR is heeded. */
export function createPrinter(output: Writable & { readonly isTTY?: boolean }): Printer {
  const closing = new AbortController()
  output.on('error', () => closing.abort())
  const show = (line: AppLine): string => {
    const text = formatAppLine(line)
    return output.isTTY === true ? styleText(styles[line.stream], text, { stream: output }) : text
  }
  return {
    closed: closing.signal,
    async print(lines) {
      if (lines.length === 0 || closing.signal.aborted) return
      const fits = output.write(lines.map((line) => `${show(line)}\n`).join(''))
      if (!fits) await Promise.race([once(output, 'drain'), once(closing.signal, 'abort')]).catch(() => {})
    },
  }
}
