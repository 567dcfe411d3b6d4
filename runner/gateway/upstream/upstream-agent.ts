import { Agent, type ClientRequest } from 'node:http'
import type { Duplex } from 'node:stream'
import type { NetConnectOpts, Socket } from 'node:net'
import type { GatewayLimits } from '../limits.ts'
import { PatientSocket } from './patient-socket.ts'

/** Connections to one deployment's socket, never shared with another. */
export function keptConnections(limits: GatewayLimits): Agent {
  return new KeptAgent(limits)
}

export function freshConnections(limits: GatewayLimits): Agent {
  return new FreshAgent({ keepAlive: false, maxSockets: limits.upstreams })
}

/** For requests with a body, which a micro need not read to its end. */
class FreshAgent extends Agent {
  override createConnection(options: NetConnectOpts): Duplex {
    return new PatientSocket().connect(options)
  }
}

/**
 * Keeps idle connections for a short time. A byte that arrives on an idle connection would be read as the answer to the next
 * request, so it ends the connection instead.
 */
class KeptAgent extends Agent {
  readonly #idleMs: number

  constructor(limits: GatewayLimits) {
    super({ keepAlive: true, scheduling: 'lifo', maxSockets: limits.upstreams, maxFreeSockets: limits.idleUpstreams })
    this.#idleMs = limits.idleUpstreamMs
  }

  override keepSocketAlive(duplex: Duplex): boolean {
    const socket = duplex as Socket
    if (socket.destroyed || socket.readableLength > 0) return false
    socket.on('data', destroyIdle)
    socket.setTimeout(this.#idleMs)
    socket.unref()
    return true
  }

  override reuseSocket(duplex: Duplex, request: ClientRequest): void {
    const socket = duplex as Socket
    socket.removeListener('data', destroyIdle)
    socket.setTimeout(0)
    socket.ref()
    super.reuseSocket(socket, request)
  }
}

function destroyIdle(this: Socket): void {
  this.destroy()
}
