import { ServerResponse, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** Whether a request asks for a WebSocket (RFC 6455 section 4.1); every other Upgrade is ignored, as RFC 9110 allows. */
export function asksForWebSocket(request: IncomingMessage): boolean {
  const { headers } = request
  return (
    request.method === 'GET' &&
    request.httpVersion === '1.1' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-key'] !== undefined &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined
  )
}

/** An answer object for a connection that Node has handed over for an upgrade which may yet be refused. */
export function responseOn(socket: Socket, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  // Node has taken its own listeners off the socket.
  socket.on('drain', () => response.emit('drain'))
  socket.on('error', () => socket.destroy())
  response.once('finish', () => {
    response.detachSocket(socket)
    socket.destroySoon()
  })
  return response
}
