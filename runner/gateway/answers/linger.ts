import type { IncomingMessage } from 'node:http'

/**
 * Prepares the end of a connection whose request has not been read to its end. Closing at once would reset it, and the reset
 * takes the answer away from a client that still sends (RFC 9112 section 9.6); so after our side has ended, what comes is
 * thrown away for at most `lingerMs`.
 */
export function lingerOnClose(request: IncomingMessage, lingerMs: number): void {
  const { socket } = request
  // Node calls this after an answer with "Connection: close"; its own version destroys the socket once the answer is written.
  socket.destroySoon = () => {
    socket.end()
    const timer = setTimeout(() => socket.destroy(), lingerMs)
    socket.once('close', () => clearTimeout(timer))
  }
  request.removeAllListeners('data')
  request.resume()
}
