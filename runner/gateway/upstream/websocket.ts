import { ServerResponse, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Call } from '../request/call.ts'
import { readReplyHead } from './reply-head.ts'

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

interface Joint {
  readonly reply: IncomingMessage
  readonly upstream: Socket
  /** What the micro sent right behind its 101. */
  readonly rest: Buffer
  readonly idleMs: number
  readonly onClosed: () => void
}

/**
 * Passes the 101 on and joins both connections, bytes for bytes.
 *
 * @returns a function that ends both at once.
 */
export function joinSockets(call: Call, joint: Joint): () => void {
  const { upstream } = joint
  const client = call.request.socket
  let open = 2
  const end = (): void => {
    client.destroy()
    upstream.destroy()
  }
  const closed = (): void => {
    open -= 1
    end()
    if (open === 0) joint.onClosed()
  }
  call.response.detachSocket(client)
  for (const socket of [client, upstream]) {
    socket.on('error', end)
    socket.once('close', closed)
    socket.setNoDelay(true)
  }
  // Bytes in either direction count: the client's socket sees both, those it reads and those it is given to write.
  client.setTimeout(joint.idleMs, end)
  client.write(switchingProtocols(call, joint.reply), 'latin1')
  if (joint.rest.length > 0) client.write(joint.rest)
  if (call.upgrade !== undefined && call.upgrade.rest.length > 0) upstream.write(call.upgrade.rest)
  upstream.pipe(client)
  client.pipe(upstream)
  return end
}

function switchingProtocols(call: Call, reply: IncomingMessage): string {
  const head = readReplyHead(reply, {
    host: call.head.host,
    requestId: call.requestId,
    maximumFields: Number.POSITIVE_INFINITY,
  })
  const fields = head?.fields ?? []
  let text = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
  for (let index = 0; index + 1 < fields.length; index += 2) text += `${fields[index]}: ${fields[index + 1]}\r\n`
  return `${text}\r\n`
}
