import { createServer, type Server } from 'node:http'
import type { GatewayLimits } from './limits.ts'
import { asksForWebSocket } from './upstream/websocket.ts'

/** How often Node looks for connections that are past their time. */
const CHECK_MS = 1000

/** Node's HTTP server, strict towards whoever connects and patient enough for slow uploads. */
export function createListener(limits: GatewayLimits): Server {
  const server = createServer({
    headersTimeout: limits.headMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, limits.headMs),
    keepAliveTimeout: limits.keepAliveMs,
    maxHeaderSize: limits.headBytes,
    // We answer a missing Host ourselves, in words.
    requireHostHeader: false,
    noDelay: true,
    shouldUpgradeCallback: asksForWebSocket,
  })
  // Node drops fields past its own count in silence, Content-Length among them; ours is refused with 431.
  server.maxHeadersCount = 0
  // A client may end its side and still wait for the answer. Node knows this property, its documentation does not.
  return Object.assign(server, { httpAllowHalfOpen: true })
}
