import { platformLimits } from '../../../contract/limits.ts'
import type { Store } from '../../../contract/store/connect.ts'
import { readLogBytes } from '../../../contract/store/logs/deployment-logs.ts'
import { redactTokens } from '../../../contract/text/redact-tokens.ts'
import { codeBlock } from '../../github/markdown/code-block.ts'
import { renderText } from '../../http/log/rendering.ts'

/** GitHub's bound is 65,535 characters, and it does not say which kind: as many bytes are within each. */
const MOST_BYTES = 65_535
/** For the fence and the line that says what is left out. */
const AROUND_BYTES = 500

/** A deployment's log as a terminal would show it at the end, without tokens. */
export async function readLogText(store: Store, id: string): Promise<string> {
  const bytes = await readLogBytes(store, { id, fromByte: 0, mostBytes: platformLimits.logBytes })
  return renderText(bytes, redactTokens)
}

/** The end of a log as a block of Markdown that fits into a check run; undefined when there is nothing in it. */
export function logTail(text: string, logUrl: string): string | undefined {
  if (text.trim() === '') return undefined
  const room = MOST_BYTES - AROUND_BYTES - logUrl.length
  const bytes = Buffer.from(text.toWellFormed())
  if (bytes.length <= room) return codeBlock(text)
  const tail = bytes.subarray(bytes.length - room)
  const lineEnd = tail.indexOf(0x0a)
  // A line that is longer than all the room is cut where a character begins.
  const from = lineEnd === -1 ? tail.findIndex((byte) => (byte & 0xc0) !== 0x80) : lineEnd + 1
  return `The log's end; all of it: ${logUrl}\n\n${codeBlock(tail.subarray(from).toString('utf8'))}`
}
