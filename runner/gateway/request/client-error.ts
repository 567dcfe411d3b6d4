import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { rawAnswer } from '../answers/answer.ts'
import type { Connection } from './connections.ts'
import type { Fault } from '../answers/faults.ts'

/** How long a connection outlives the answer that ends it. */
const LAST_WORDS_MS = 500

/** What Node says of bytes that it cannot read. */
type ClientError = Error & { readonly code?: string; readonly rawPacket?: Buffer }

interface Broken {
  readonly error: ClientError
  readonly socket: Duplex
  readonly connection: Connection
  /** See `GatewayLimits`. */
  readonly targetBytes: number
}

/**
 * A connection whose bytes are no valid request. Node reports it at once, even while answers to earlier requests are owed;
 * ours must come after those, or a client would take it for one of them.
 */
export function onClientError({ error, socket, connection, targetBytes }: Broken): void {
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') {
    socket.destroy()
    return
  }
  const { refusing, breakBody } = connection
  connection.refusing = true
  const fault = faultOf(error, { targetBytes, bytesRead: socket instanceof Socket ? socket.bytesRead : 0 })
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

function faultOf(
  { code, rawPacket }: ClientError,
  of: { readonly targetBytes: number; readonly bytesRead: number },
): Fault {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'too-slow'
  if (code !== 'HPE_HEADER_OVERFLOW') return 'malformed'
  // Only of the first bytes of a connection it is certain that they begin with the request line.
  if (rawPacket === undefined || rawPacket.length !== of.bytesRead) return 'head-too-large'
  const end = rawPacket.indexOf('\n')
  return end === -1 || end > of.targetBytes ? 'target-too-long' : 'head-too-large'
}
