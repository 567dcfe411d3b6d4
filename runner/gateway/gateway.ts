import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AddressRange } from '../../contract/trusted-proxies.ts'
import { answer, rawAnswer } from './answers/answer.ts'
import { trustedIn } from './request/address.ts'
import type { Call } from './request/call.ts'
import { onClientError, sayLast } from './request/client-error.ts'
import { Connections } from './request/connections.ts'
import { EngineLink } from './engine/engine-link.ts'
import { followEngine } from './engine/follow-engine.ts'
import { isHealthCheck, sayHealthy, type Processes } from './health.ts'
import type { GatewayLimits } from './limits.ts'
import { createListener } from './listener.ts'
import type { Log } from './log.ts'
import { originReader } from './request/origin.ts'
import { readRequestHead } from './request/request-head.ts'
import { RouteTable } from './state/route-table.ts'
import { serve } from './serve.ts'
import { settleWake } from './state/wake.ts'
import { secondsOf, startTrace } from './trace.ts'
import { shutDown } from './shutdown.ts'
import { responseOn } from './upstream/websocket.ts'
import { createYard, forgetMicro } from './state/yard.ts'

/** How often the engine hears what was counted. */
const COUNTS_MS = 5000

interface GatewayOptions {
  readonly controlSocket: string
  readonly domain: string
  readonly scheme: 'http' | 'https'
  readonly trustedProxies: readonly AddressRange[]
  /** How many processes like this one there are, where somebody watches over them. */
  readonly processes?: () => Processes | undefined
  readonly limits: GatewayLimits
  readonly log: Log
}

export interface Gateway {
  /** Bind it; nothing is answered before `open`. */
  readonly server: Server
  /** Connects to the engine, for as long as it takes. */
  readonly open: () => void
  /** Stops accepting, lets requests finish within the shutdown time, ends the rest. */
  readonly close: () => Promise<void>
}

/** The HTTP server in front of the micros. */
export function createGateway(options: GatewayOptions): Gateway {
  const { limits, log } = options
  const table = new RouteTable()
  const isTrusted = trustedIn(options.trustedProxies)
  const connections = new Connections(limits, isTrusted)
  const link = new EngineLink({
    path: options.controlSocket,
    log,
    awayMs: limits.awayMs,
    onMessage(message) {
      if (message.type === 'snapshot') {
        yard.engineAway = false
        yard.counts.renew()
      }
      followEngine(yard, table, message)
    },
    onAway() {
      yard.engineAway = true
      for (const micro of yard.micros.values()) settleWake(micro, { kind: 'away' })
    },
  })
  const yard = createYard({ limits, tell: (message) => link.tell(message) })
  const service = { yard, table, originOf: originReader(isTrusted, options.scheme) }
  const bareDomain = options.domain.replace(/:\d+$/, '')
  let known = false
  let stopping = false
  const server = createListener(limits)
  connections.watch(server)
  const tellCounts = (): void => {
    const counts = yard.counts.take({ waiting: yard.waiting, connections: connections.total })
    if (counts !== undefined && !link.tell(counts)) yard.counts.putBack(counts)
  }
  const counting = setInterval(tellCounts, COUNTS_MS).unref()

  async function take(request: IncomingMessage, response: ServerResponse, extra: Extra): Promise<void> {
    const connection = connections.of(request.socket)
    // Node dispatches what was pipelined behind a refused request; nobody may see it.
    if (connection.refusing) return
    if (connection.owed >= limits.pipelined) {
      connection.refusing = true
      request.socket.destroy()
      return
    }
    connections.owe(request.socket, connection)
    if (stopping || connection.taken >= limits.requestsPerConnection) {
      connection.refusing = true
      response.shouldKeepAlive = false
    }
    const trace = startTrace()
    response.once('close', () => {
      // Whoever left before an answer began is counted among those whose fault it was (nginx: 499).
      yard.counts.request(response.headersSent ? response.statusCode : 499, secondsOf(trace))
      connections.settle(request.socket, connection)
      if (connection.owed === 0 && connection.lastWords !== undefined) sayLast(request.socket, connection.lastWords)
    })
    const requestId = randomUUID()
    const verdict = readRequestHead(request, limits)
    const hasBody = verdict.kind === 'refused' || verdict.head.body.kind !== 'none'
    const to = { request, response, requestId, connection, hasBody, lingerMs: limits.lingerMs }
    if (verdict.kind === 'refused') {
      answer({ ...to, wantsHtml: verdict.wantsHtml }, { fault: verdict.fault })
      return
    }
    const { head } = verdict
    const { wantsHtml } = head
    if (extra.expectation === 'unknown') {
      answer({ ...to, wantsHtml }, { fault: 'expectation-unknown' })
      return
    }
    if (isHealthCheck(head, bareDomain)) {
      sayHealthy(response, { engineConnected: link.connected, processes: options.processes?.() })
      return
    }
    if (!known) known = await isKnown(link, limits.tableMs)
    if (!known) {
      answer({ ...to, wantsHtml }, { fault: 'no-table' })
      return
    }
    const expectsContinue = extra.expectation === 'continue'
    const { upgrade } = extra
    await serve(service, { request, response, connection, requestId, head, trace, expectsContinue, upgrade })
    // The connection is the WebSocket's by now, and the response has nothing left to tell of.
    if (upgrade !== undefined && trace.isStream) yard.counts.request(101, secondsOf(trace))
  }

  const takeSafely = (request: IncomingMessage, response: ServerResponse, extra: Extra): void => {
    take(request, response, extra).catch((cause: unknown) => {
      // A fault of ours in one request ends that connection and nothing else.
      log.error('request failed', { cause: cause instanceof Error ? cause.stack : String(cause) })
      request.socket.destroy()
    })
  }
  server.on('request', (request, response) => takeSafely(request, response, {}))
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
    takeSafely(request, response, { expectation: 'continue' }),
  )
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    takeSafely(request, response, { expectation: 'unknown' }),
  )
  server.on('upgrade', (request: IncomingMessage, duplex, rest: Buffer) => {
    const socket = duplex as Socket
    // An answer is owed to an earlier request: bytes of the new protocol must not get before it.
    if (connections.of(socket).owed > 0) socket.destroy()
    else takeSafely(request, responseOn(socket, request), { upgrade: { socket, rest } })
  })
  server.on('connect', (_request, socket) => {
    if (connections.of(socket).owed > 0) socket.destroy()
    else sayLast(socket, rawAnswer('method-refused'))
  })
  server.on('clientError', (error, socket) => {
    onClientError({ error, socket, connection: connections.of(socket), targetBytes: limits.targetBytes })
  })

  return {
    server,
    open: () => link.open(),
    async close() {
      stopping = true
      await shutDown(server, yard)
      clearInterval(counting)
      tellCounts()
      link.close()
      for (const micro of yard.micros.values()) forgetMicro(yard, micro)
    },
  }
}

/** What Node has told about a request beside its head. */
interface Extra {
  readonly expectation?: 'continue' | 'unknown'
  readonly upgrade?: NonNullable<Call['upgrade']>
}

/** Whether the first table of routes is here, waiting for it a little while. */
async function isKnown(link: EngineLink, waitMs: number): Promise<boolean> {
  const given = new AbortController()
  const late = sleep(waitMs, false, { signal: given.signal }).catch(() => false)
  const known = await Promise.race([link.known.then(() => true), late])
  given.abort()
  return known
}
