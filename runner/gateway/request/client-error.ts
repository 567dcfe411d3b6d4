import type { Duplex } from 'node:stream'
import { rawAnswer } from '../answers/answer.ts'
import type { Connection } from './connections.ts'
import type { Fault } from '../answers/faults.ts'

/** How long a connection outlives the answer that ends it. */
const LAST_WORDS_MS = 500

/**
 * A connection whose bytes are no valid request. Node reports it at once, even while answers to earlier requests are owed;
 * ours must come after those, or a client would take it for one of them.
 */
export function onClientError(error: Error & { readonly code?: string }, socket: Duplex, connection: Connection): void {
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') {
    socket.destroy()
    return
  }
  const { refusing, breakBody } = connection
  connection.refusing = true
  const fault = faultOf(error.code)
  if (breakBody !== undefined) {
    breakBody(fault === 'too-slow' ? 'too-slow' : 'malformed')
    return
  }
  // Its request was refused already, for the same reason most often: that answer is on its way and ends the connection.
  if (refusing) return
  if (connection.owed > 0) connection.lastWords = rawAnswer(fault)
  else sayLast(socket, rawAnswer(fault))
}

/** Writes a whole answer and ends the connection; what the client still sends gets a moment to arrive, so that it reads the answer. */
export function sayLast(socket: Duplex, words: string): void {
  if (socket.writable) socket.end(words)
  const timer = setTimeout(() => socket.destroy(), LAST_WORDS_MS)
  socket.once('close', () => clearTimeout(timer))
}

function faultOf(code: string | undefined): Fault {
  if (code === 'HPE_HEADER_OVERFLOW') return 'head-too-large'
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'too-slow'
  return 'malformed'
}
