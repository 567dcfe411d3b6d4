import type { Call } from './call.ts'

/** What Node has read of a body before anybody asks for it, at most; it stops there. */
const READ_AHEAD_BYTES = 128 * 1024

/** About how much memory a request holds while it waits: its head, and what has come of its body, which is not read on. */
export function waitingBytes({ request, head }: Pick<Call, 'request' | 'head'>): number {
  let bytes = head.path.length
  for (const text of request.rawHeaders) bytes += text.length
  if (head.body.kind === 'none') return bytes
  return bytes + (head.body.kind === 'sized' ? Math.min(head.body.bytes, READ_AHEAD_BYTES) : READ_AHEAD_BYTES)
}
