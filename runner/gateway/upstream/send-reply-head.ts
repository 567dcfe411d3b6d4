import type { ServerResponse } from 'node:http'
import type { ReplyHead } from './reply-head.ts'

/** Begins the answer to the client; false for a status or a field value that Node refuses to send on. */
export function sendReplyHead(response: ServerResponse, reply: ReplyHead): boolean {
  try {
    if (reply.reason === '') response.writeHead(reply.status, reply.fields)
    else response.writeHead(reply.status, reply.reason, reply.fields)
  } catch {
    return false
  }
  if (reply.eventStream) response.flushHeaders()
  return true
}
