import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Call } from './call.ts'
import { openUpstream } from './open-upstream.ts'
import { passEarlyHints } from './early-hints.ts'
import type { Fault } from './faults.ts'
import type { GatewayLimits } from './limits.ts'
import type { Hold, Micro } from './micro.ts'
import type { Route } from './protocol.ts'
import { lingerOnClose } from './linger.ts'
import { pumpReply, type ReplyPump } from './reply-body.ts'
import { readReplyHead } from './reply-head.ts'
import { pumpRequestBody } from './request-body.ts'
import { joinSockets } from './websocket.ts'

/**
 * How one attempt to have a request answered ended. `unreachable`, `stale` and `backlog-full` consumed nothing of the
 * request: it may be tried again. `ended` is what we did ourselves, because its sandbox is gone or its time to drain is over.
 */
export type Outcome = 'done' | 'ended' | 'unreachable' | 'stale' | 'backlog-full' | Fault

interface Attempt {
  readonly route: Route
  readonly micro: Micro
  readonly entry: Hold
  readonly socketPath: string
  readonly fields: string[]
  /** Whether it may be sent on a kept connection. */
  readonly kept: boolean
  readonly limits: GatewayLimits
}

/**
 * Sends the request to the micro and its answer to the client. Whatever else comes of it is left to the caller: an answer of
 * our own, or the end of an answer that has begun.
 */
export function exchange(call: Call, attempt: Attempt): Promise<Outcome> {
  const { request, response, connection, head } = call
  const { route, entry, limits } = attempt
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  // Whoever left while its micro woke is told of by no event any more.
  if (request.socket.destroyed) return Promise.resolve('done')
  const upstream = openUpstream(call.head, {
    agent: attempt.kept ? attempt.micro.kept : attempt.micro.fresh,
    socketPath: attempt.socketPath,
    fields: attempt.fields,
    headBytes: limits.replyHeadBytes,
  })
  if (upstream === undefined) return Promise.resolve('target-invalid')

  let settled = false
  let replied = false
  let connected = false
  let informational = 0
  let received: IncomingMessage | undefined
  let reply: ReplyPump | undefined
  let stalls = 0
  let timer = setTimeout(expire, route.timeoutMs)
  const progress = (): void => {
    if (!settled) timer.refresh()
  }
  const body = pumpRequestBody(call, upstream, {
    maximumBytes: route.payloadBytes,
    onProgress: progress,
    onTooLarge: () => fail('too-large'),
  })

  function settle(outcome: Outcome): void {
    if (settled) return
    settled = true
    clearTimeout(timer)
    response.removeListener('close', onClientGone)
    connection.breakBody = undefined
    entry.abort = nothing
    body.stop()
    resolve(outcome)
  }

  function fail(outcome: Outcome): void {
    upstream?.destroy()
    settle(outcome)
  }

  function expire(): void {
    if (replied && reply?.blocked === true) {
      stalls += 1
      if (stalls * route.timeoutMs < limits.slowClientMs) {
        timer.refresh()
        return
      }
    }
    fail(!replied && connected && body.starved ? 'too-slow' : 'timeout')
  }

  function onClientGone(): void {
    response.destroy()
    fail('done')
  }

  function onReply(incoming: IncomingMessage): void {
    incoming.on('error', nothing)
    if (settled) return
    received = incoming
    const replyHead = readReplyHead(incoming, {
      host: head.host,
      requestId: call.requestId,
      maximumFields: limits.replyHeaders,
    })
    if (replyHead === undefined) {
      fail('reply-invalid')
      return
    }
    const { status, eventStream } = replyHead
    const bodiless = head.method === 'HEAD' || status === 204 || status === 304
    if (!eventStream && !bodiless && (replyHead.length ?? 0) > route.payloadBytes) {
      fail('reply-too-large')
      return
    }
    if (!body.complete) {
      // It may echo what is still to come, or not care for it: the connection ends with this answer, to be safe.
      connection.refusing = true
      response.shouldKeepAlive = false
      // Who refuses seldom reads on, and a failed write would take the rest of the answer away.
      if (status >= 300) body.stop()
    }
    try {
      if (replyHead.reason === '') response.writeHead(status, replyHead.fields)
      else response.writeHead(status, replyHead.reason, replyHead.fields)
    } catch {
      // A status or a field value that Node refuses to send on.
      fail('reply-invalid')
      return
    }
    replied = true
    if (eventStream) {
      entry.kind = 'stream'
      clearTimeout(timer)
      timer = setTimeout(expire, limits.streamIdleMs)
      // Nobody half-closes an event stream: the end of the client's side means that it has left.
      if (request.socket.readableEnded) {
        onClientGone()
        return
      }
      request.socket.once('end', onClientGone)
      response.flushHeaders()
    } else {
      progress()
      if (replyHead.length === undefined) setImmediate(flushHead, response)
    }
    reply = pumpReply(incoming, response, {
      maximumBytes: eventStream ? Number.POSITIVE_INFINITY : route.payloadBytes,
      onProgress: progress,
      onBroken: () => fail('crashed'),
      onTooLarge: () => fail('reply-too-large'),
      onEnd: () => {
        request.socket.removeListener('end', onClientGone)
        if (!body.complete) {
          body.stop()
          upstream?.destroy()
          lingerOnClose(request, limits.lingerMs)
        }
        response.end()
        settle('done')
      },
    })
  }

  upstream.on('response', onReply)
  upstream.on('information', (info) => {
    informational += 1
    if (informational > limits.informationalReplies) fail('reply-invalid')
    else if (info.statusCode === 103 && !replied && !settled) passEarlyHints(call, info.rawHeaders)
  })
  upstream.on('upgrade', (incoming: IncomingMessage, socket: Socket, rest: Buffer) => {
    if (settled || call.upgrade === undefined) {
      socket.destroy()
      fail('reply-invalid')
      return
    }
    clearTimeout(timer)
    replied = true
    entry.kind = 'stream'
    response.removeListener('close', onClientGone)
    entry.abort = joinSockets(call, {
      reply: incoming,
      upstream: socket,
      rest,
      idleMs: limits.streamIdleMs,
      onClosed: () => settle('done'),
    })
  })
  upstream.on('error', (error: Error & { readonly code?: string }) => {
    // Bytes behind a whole answer, such as a body after HEAD: the answer counts, the connection is gone already.
    if (received?.complete === true) return
    fail(outcomeOf(error.code, { connected, reused: upstream.reusedSocket && !replied }))
  })
  upstream.once('socket', (socket: Socket) => {
    const begin = (): void => {
      if (settled) return
      connected = true
      if (head.body.kind === 'none') return
      if (connection.refusing && !request.complete) {
        fail('malformed')
        return
      }
      connection.breakBody = fail
      body.start()
    }
    if (socket.connecting) socket.once('connect', begin)
    else begin()
  })
  response.once('close', onClientGone)
  entry.abort = () => fail('ended')
  if (head.body.kind === 'none') upstream.end()
  return promise
}

/** Where in its life the connection broke decides whether the request may be sent again. */
function outcomeOf(code: string | undefined, at: { readonly connected: boolean; readonly reused: boolean }): Outcome {
  if (code?.startsWith('HPE_') === true) return 'reply-invalid'
  // A unix socket whose backlog is full says EAGAIN, unlike TCP, which waits.
  if (!at.connected) return code === 'EAGAIN' ? 'backlog-full' : 'unreachable'
  return at.reused && (code === 'ECONNRESET' || code === 'EPIPE') ? 'stale' : 'crashed'
}

/** Sends the head on its way when no body byte has taken it along yet. */
function flushHead(response: ServerResponse): void {
  if (!response.writableEnded && !response.destroyed) response.flushHeaders()
}

function nothing(): void {
  // Nothing is left to be ended.
}
