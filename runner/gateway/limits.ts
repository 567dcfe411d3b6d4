/**
 * Every bound of the gateway that no promise to a micro fixes. Each of its processes has these to itself, but `connections`, which they
 * share evenly: what the kernel gives one of them is not known to the others, and a bound that was divided would be met too early.
 */
export interface GatewayLimits {
  readonly headBytes: number
  readonly headers: number
  /** RFC 9112 section 3 asks for 8000 at least. */
  readonly targetBytes: number
  /** A client's request line and headers. */
  readonly headMs: number
  /** A client's whole request; the payload limit bounds its bytes, so this allows about 50 kB/s. */
  readonly requestMs: number
  readonly keepAliveMs: number
  readonly requestsPerConnection: number
  /** Requests of one connection that may wait for their answers at once; a browser never has more than one. */
  readonly pipelined: number
  /** Past it the one that has been idle longest makes room; where none is idle, the newcomer is let go. */
  readonly connections: number
  /** From one address (IPv6: one /64 network); loopback and trusted proxies are exempt, because they bring everybody. */
  readonly connectionsPerAddress: number
  /** The longest a request waits for its micro to wake. */
  readonly wakeMs: number
  /** Requests that wait for a wake: for one micro, in all, and what they may hold of the memory together. */
  readonly waitersPerMicro: number
  readonly waiters: number
  readonly waitingBytes: number
  /** How long the engine may be away before requests that need a wake are turned away at once; a restart takes less. */
  readonly awayMs: number
  /** How long a request whose micro broke off waits to hear from the engine why. */
  readonly endMs: number
  /** The longest a starting gateway lets requests wait for the first table of routes. */
  readonly tableMs: number
  /** Upstream connections to one micro, and how many of them are kept while idle. */
  readonly upstreams: number
  readonly idleUpstreams: number
  /** Shorter than the 5 s after which Node and uvicorn close a kept-alive connection, so that a reused one is rarely stale. */
  readonly idleUpstreamMs: number
  readonly replyHeadBytes: number
  readonly replyHeaders: number
  readonly informationalReplies: number
  /** Any other answer, from its head to its end: the payload limit bounds its bytes, and the time between two of them is no bound for all. */
  readonly answerMs: number
  /** Between two bytes of a WebSocket or an event stream, in either direction. */
  readonly streamIdleMs: number
  /** A WebSocket or an event stream in all. */
  readonly streamMs: number
  /** How long the end of a WebSocket waits for the end of a frame, and then for the other side's answer to the close frame. */
  readonly goodbyeMs: number
  /** How long a client may leave an answer unread. */
  readonly slowClientMs: number
  /** How long a refused request's client may go on sending, so that it gets to see the answer. */
  readonly lingerMs: number
  /** How long a replaced deployment may finish requests; never less than its own execution time. */
  readonly drainRequestsMs: number
  readonly drainStreamsMs: number
  /** How long SIGTERM lets requests finish. */
  readonly shutdownMs: number
}

const KB = 1024
const MB = 1024 * KB
const SECOND = 1000

export const gatewayLimits: GatewayLimits = {
  // Twice what nginx and Node take; a micro with a server of its own may take less, and then says so itself.
  headBytes: 32 * KB,
  headers: 200,
  targetBytes: 16 * KB,
  headMs: 10 * SECOND,
  requestMs: 120 * SECOND,
  keepAliveMs: 65 * SECOND,
  requestsPerConnection: 10_000,
  pipelined: 100,
  connections: 20_000,
  connectionsPerAddress: 512,
  wakeMs: 35 * SECOND,
  waitersPerMicro: 2000,
  waiters: 5000,
  // A thousand uploads, each with what Node reads of a body before anybody asks for it.
  waitingBytes: 128 * MB,
  awayMs: 6 * SECOND,
  // Docker tells of an end within milliseconds, and on a busy machine after a second or two.
  endMs: 3 * SECOND,
  tableMs: 10 * SECOND,
  upstreams: 4096,
  idleUpstreams: 16,
  idleUpstreamMs: 4 * SECOND,
  replyHeadBytes: 32 * KB,
  replyHeaders: 200,
  informationalReplies: 20,
  answerMs: 600 * SECOND,
  streamIdleMs: 600 * SECOND,
  streamMs: 86_400 * SECOND,
  goodbyeMs: SECOND,
  slowClientMs: 60 * SECOND,
  lingerMs: 10 * SECOND,
  drainRequestsMs: 10 * SECOND,
  drainStreamsMs: 30 * SECOND,
  shutdownMs: 10 * SECOND,
}
