import type { Socket } from 'node:net'
import type { Call } from '../request/call.ts'
import { passEarlyHints } from './early-hints.ts'
import type { Fault } from '../answers/faults.ts'
import type { GatewayLimits } from '../limits.ts'
import { lingerOnClose } from '../answers/linger.ts'
import type { Hold } from '../state/micro.ts'
import type { Upstream } from '../state/upstream.ts'
import { serverTiming } from '../trace.ts'
import { INVALID, type Connection, type UpstreamEvents } from './connection.ts'
import { LaterEvents } from './later-events.ts'
import { requestHeadText } from './request-head-text.ts'
import { UpstreamRequest } from './upstream-request.ts'
import type { WireHead } from './wire/reply-head-text.ts'
import type { Route } from '../protocol.ts'
import { ReplyPump } from './reply-body.ts'
import { readReplyHead, type ReplyHead } from './reply-head.ts'
import { passableTrailers } from '../request/trailers.ts'
import { BodyPump } from '../request/request-body.ts'
import { sendReplyHead } from './send-reply-head.ts'
import { joinSockets } from './join-sockets.ts'

/**
 * How one attempt to have a request answered ended. `unreachable`, `stale` and `backlog-full` consumed nothing of the
 * request: it may be tried again. `ended` is what we did ourselves, because its sandbox is gone or its time to drain is over.
 */
export type Outcome = 'done' | 'ended' | 'unreachable' | 'stale' | 'backlog-full' | Fault

interface Attempt {
  readonly route: Route
  readonly to: Upstream
  readonly entry: Hold
  readonly fields: string[]
  /** It is sent before the micro is awake, which this tells of: its time begins with `entry.woken`. */
  readonly ahead: Promise<unknown> | undefined
  /** Whether it may be sent on a kept connection. */
  readonly kept: boolean
  readonly limits: GatewayLimits
}

/**
 * Sends the request to the micro and its answer to the client. Whatever else comes of it is left to the caller: an answer of
 * our own, or the end of an answer that has begun.
 */
export function exchange(call: Call, attempt: Attempt): Promise<Outcome> {
  // Whoever left while its micro woke is told of by no event any more.
  if (call.request.socket.destroyed) return Promise.resolve('done')
  const head = requestHeadText(call.head, attempt.fields, attempt.kept ? 'keep-alive' : 'close')
  if (head === undefined) return Promise.resolve('target-invalid')
  return new Exchange(call, attempt).run(head)
}

class Exchange implements UpstreamEvents {
  readonly #call: Call
  readonly #attempt: Attempt
  readonly #body: BodyPump
  readonly #outcome = Promise.withResolvers<Outcome>()
  #upstream: UpstreamRequest | undefined
  #stopWaiting = nothing
  #phase: 'connecting' | 'waiting' | 'replying' | 'settled' = 'connecting'
  #timer: NodeJS.Timeout | undefined
  #life: NodeJS.Timeout | undefined
  #reply: ReplyPump | undefined
  #informational = 0
  #stalledMs = 0

  constructor(call: Call, attempt: Attempt) {
    this.#call = call
    this.#attempt = attempt
    this.#body = new BodyPump(call, {
      maximumBytes: attempt.route.payloadBytes,
      maximumTrailers: attempt.limits.headers,
      onProgress: this.#onProgress,
      onTooLarge: () => this.#fail('too-large'),
    })
  }

  run(head: string): Promise<Outcome> {
    const { entry, ahead, to, kept } = this.#attempt
    if (ahead !== undefined) entry.woken = this.#startTime
    else this.#startTime()
    this.#call.response.once('close', this.#onClientGone)
    entry.abort = () => this.#fail('ended')
    const wanted = { reuse: kept, mayUpgrade: this.#call.upgrade !== undefined }
    this.#stopWaiting = to.connections.acquire(wanted, (connection) => this.#send(connection, head))
    return this.#outcome.promise
  }

  #send(connection: Connection, text: string): void {
    const { head } = this.#call
    const { limits, ahead } = this.#attempt
    const events = head.wantsTiming && ahead !== undefined ? this.#afterWake(ahead) : this
    const use = connection.begin(text, events, { bodiless: head.method === 'HEAD', headBytes: limits.replyHeadBytes })
    this.#upstream = new UpstreamRequest(connection, use, head.body.kind === 'chunked')
    if (head.body.kind === 'none') this.#upstream.end()
    if (connection.connected) this.onConnected()
  }

  /** Who asks where the time went is told of the wake as well: its micro may have answered before we know that it is awake. */
  #afterWake(wake: Promise<unknown>): UpstreamEvents {
    return new LaterEvents(this, wake, {
      onHeld: () => this.#upstream?.pause(),
      onReleased: () => this.#upstream?.resume(),
    })
  }

  readonly #startTime = (): void => {
    if (this.#phase === 'settled' || this.#timer !== undefined) return
    this.#timer = setTimeout(this.#onTimeout, this.#attempt.route.timeoutMs)
  }

  onConnected(): void {
    if (this.#phase !== 'connecting') return
    this.#phase = 'waiting'
    const { head, connection, request } = this.#call
    if (head.body.kind === 'none' || this.#upstream === undefined) return
    if (connection.refusing && !request.complete) {
      this.#fail('malformed')
      return
    }
    connection.breakBody = (fault) => this.#fail(fault)
    this.#body.start(this.#upstream)
  }

  onDrain(): void {
    this.#body.drained()
  }

  onInformation({ status, rawHeaders }: WireHead): void {
    this.#informational += 1
    if (this.#informational > this.#attempt.limits.informationalReplies) this.#fail('reply-invalid')
    else if (status === 103 && this.#phase === 'waiting') passEarlyHints(this.#call, rawHeaders)
  }

  onHead(wire: WireHead): void {
    if (this.#phase === 'settled') return
    const { head, requestId, trace } = this.#call
    trace.headMs = performance.now()
    const { limits, route } = this.#attempt
    const chunksToClient = head.method !== 'HEAD' && this.#call.request.httpVersion === '1.1'
    const reply = readReplyHead(wire, {
      host: head.host,
      requestId,
      maximumFields: limits.replyHeaders,
      passTrailer: chunksToClient,
    })
    if (reply === undefined) {
      this.#fail('reply-invalid')
      return
    }
    if (route.noindex) reply.fields.push('X-Robots-Tag', 'noindex, nofollow')
    if (head.wantsTiming) reply.fields.push('Server-Timing', serverTiming(trace))
    const bodiless = head.method === 'HEAD' || reply.status === 204 || reply.status === 304
    if (!reply.eventStream && !bodiless && (reply.length ?? 0) > route.payloadBytes) {
      this.#fail('reply-too-large')
      return
    }
    if (!this.#body.complete) this.#endConnectionAfter(reply)
    if (!sendReplyHead(this.#call.response, reply)) {
      this.#fail('reply-invalid')
      return
    }
    this.#phase = 'replying'
    if (reply.eventStream) this.#becomeStream()
    this.#reply = new ReplyPump(this.#call.response, {
      maximumBytes: reply.eventStream ? Number.POSITIVE_INFINITY : route.payloadBytes,
      mayLinger: reply.length === undefined,
      onProgress: this.#onProgress,
      onBlocked: () => this.#upstream?.pause(),
      onUnblocked: () => this.#upstream?.resume(),
      onTooLarge: () => this.#fail('reply-too-large'),
    })
  }

  onData(bytes: Buffer): void {
    if (this.#phase === 'replying') this.#reply?.take(bytes)
  }

  /** Most answers are whole before this: what only the others need is done here. */
  onRead(): void {
    if (this.#phase !== 'replying') return
    if (this.#life === undefined) this.#boundAnswer()
    this.#reply?.flush()
  }

  /** It may echo what is still to come, or not care for it: the connection ends with this answer, to be safe. */
  #endConnectionAfter(reply: ReplyHead): void {
    this.#call.connection.refusing = true
    this.#call.response.shouldKeepAlive = false
    // Who refuses seldom reads on, and to go on sending helps nobody.
    if (reply.status >= 300) this.#body.stop()
  }

  /** Neither a micro that drips nor a client that sips holds its place for ever. */
  #boundAnswer(): void {
    const { limits, route } = this.#attempt
    const longestMs = Math.max(limits.answerMs, route.timeoutMs)
    const onEnd = (): void => {
      // A client that sips is waited for most of the time, and perhaps not at this very moment.
      if ((this.#reply?.blockedMs ?? 0) > longestMs / 2) this.#onClientGone()
      else this.#fail('timeout')
    }
    this.#life = setTimeout(onEnd, longestMs)
    this.#onProgress()
  }

  #becomeStream(): void {
    const { request, trace } = this.#call
    const { socket } = request
    trace.isStream = true
    this.#attempt.entry.kind = 'stream'
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#onTimeout, this.#attempt.limits.streamIdleMs)
    this.#life = setTimeout(() => this.#fail('ended'), this.#attempt.limits.streamMs)
    // Nobody half-closes an event stream: the end of the client's side means that it has left.
    if (socket.readableEnded) this.#onClientGone()
    else socket.once('end', this.#onClientGone)
  }

  onEnd(trailers: readonly string[]): void {
    // Its last bytes were too many, and came together with its end: what was cut must not look whole.
    if (this.#phase === 'settled') return
    const { request, response } = this.#call
    if (!this.#body.complete) {
      this.#body.stop()
      this.#upstream?.destroy()
      lingerOnClose(request, this.#attempt.limits.lingerMs)
    }
    // Node sends them behind chunks only, and drops them elsewhere.
    if (trailers.length > 0) response.addTrailers(passableTrailers(trailers, this.#attempt.limits.replyHeaders))
    this.#reply?.end()
    this.#settle('done')
  }

  onUpgrade(reply: WireHead, upstream: Socket, rest: Buffer): void {
    if (this.#phase === 'settled' || this.#call.upgrade === undefined) {
      upstream.destroy()
      this.#fail('reply-invalid')
      return
    }
    clearTimeout(this.#timer)
    this.#phase = 'replying'
    Object.assign(this.#call.trace, { headMs: performance.now(), isStream: true })
    this.#call.response.removeListener('close', this.#onClientGone)
    const { entry, limits } = this.#attempt
    entry.kind = 'stream'
    entry.abort = joinSockets(this.#call, {
      reply,
      upstream,
      rest,
      limits,
      onClosed: () => this.#settle('done'),
    })
  }

  onError(code: string): void {
    if (code === INVALID) this.#fail('reply-invalid')
    // A unix socket whose backlog is full says EAGAIN, unlike TCP, which waits.
    else if (this.#phase === 'connecting') this.#fail(code === 'EAGAIN' ? 'backlog-full' : 'unreachable')
    else {
      // A reset does not say that the request was not read: under gVisor a connection whose request was read may be reset as well.
      const closed = code === 'ECONNRESET' || code === 'EPIPE'
      this.#fail(this.#phase === 'waiting' && this.#upstream?.reused === true && closed ? 'stale' : 'crashed')
    }
  }

  readonly #onProgress = (): void => {
    if (this.#phase === 'settled') return
    this.#stalledMs = 0
    this.#timer?.refresh()
  }

  readonly #onTimeout = (): void => {
    const { limits, route, entry } = this.#attempt
    if (this.#reply?.blocked === true) {
      // The client does not read: that is not the micro's time.
      this.#stalledMs += route.timeoutMs
      if (entry.kind === 'stream' || this.#stalledMs >= limits.slowClientMs) this.#onClientGone()
      else this.#timer?.refresh()
      return
    }
    // A stream that has nothing to say is no micro that hangs.
    if (entry.kind === 'stream') this.#fail('ended')
    else this.#fail(this.#phase === 'waiting' && this.#body.starved ? 'too-slow' : 'timeout')
  }

  readonly #onClientGone = (): void => {
    this.#call.response.destroy()
    this.#fail('done')
  }

  #fail(outcome: Outcome): void {
    this.#stopWaiting()
    this.#upstream?.destroy()
    this.#settle(outcome)
  }

  #settle(outcome: Outcome): void {
    if (this.#phase === 'settled') return
    this.#phase = 'settled'
    clearTimeout(this.#timer)
    clearTimeout(this.#life)
    this.#body.stop()
    const { request, response, connection } = this.#call
    response.removeListener('close', this.#onClientGone)
    request.socket.removeListener('end', this.#onClientGone)
    connection.breakBody = undefined
    Object.assign(this.#attempt.entry, { abort: nothing, woken: nothing })
    this.#outcome.resolve(outcome)
  }
}

function nothing(): void {
  // Nothing is left to be ended.
}
