import { z } from 'zod'
import { microEnd } from '../../contract/end-reason.ts'

/**
 * What engine and gateways say to each other: one JSON object a line over the unix socket `settings.sockets.gateway`, the engine
 * being the server, each gateway process a client. A gateway may dial a deployment's sandboxes while it has a *lease*: from the answer
 * to its `wake` until its `idle`. The engine puts a deployment to sleep once no gateway has a lease on it. Both sides handle lines in order.
 */
const route = z.strictObject({
  /** Host name without port, lower case. */
  host: z.string(),
  deploymentId: z.string(),
  micro: z.string(),
  timeoutMs: z.number(),
  payloadBytes: z.number(),
  /** Whether search engines are to be kept from it. */
  noindex: z.boolean(),
  /** After how long without a request or stream its lease is given back; 0 for never. */
  idleMs: z.number(),
  /** How many sandboxes it may have under load, and how many requests at a time are enough for one of them. */
  scale: z.strictObject({ max: z.number(), concurrency: z.number() }),
})

export type Route = Readonly<z.infer<typeof route>>

/** A deployment's sandboxes, hot or frozen; none when it is cold. */
const sandboxes = { deploymentId: z.string(), sockets: z.array(z.string()) }

/** How a wake found the micro: `hot` needed nothing, `frozen` was thawed, the others were cold and started in that way. */
const wakeKind = z.enum(['hot', 'frozen', 'cell', 'snapshot', 'plain'])

export type WakeKind = z.infer<typeof wakeKind>

export const fromEngine = z.discriminatedUnion('type', [
  /** The whole table and all sandboxes that there are; sent first on every connection, and answered by `holds`. */
  z.strictObject({
    type: z.literal('snapshot'),
    routes: z.array(route),
    sandboxes: z.array(z.strictObject(sandboxes)),
  }),
  z.strictObject({ type: z.literal('route'), route }),
  z.strictObject({ type: z.literal('unroute'), host: z.string() }),
  /** The set has changed. What left it gets no new request; what runs there goes on until `drain` or `gone`. */
  z.strictObject({ type: z.literal('sandboxes'), ...sandboxes }),
  /** Answers `wake`: the lease. */
  z.strictObject({ type: z.literal('awake'), ...sandboxes, by: wakeKind.optional() }),
  /** Answers `wake` when the micro cannot be had: 503 with Retry-After. `message` is fit for strangers' eyes. */
  z.strictObject({
    type: z.literal('unavailable'),
    deploymentId: z.string(),
    message: z.string(),
    retryAfterSeconds: z.number(),
  }),
  /** That one sandbox is no more: its requests get 502. `reason` is `describeEnd(end)`, fit for strangers' eyes. */
  z.strictObject({
    type: z.literal('gone'),
    deploymentId: z.string(),
    socket: z.string(),
    reason: z.string(),
    end: microEnd.optional(),
  }),
  /** No route leads to it any more, or to the one sandbox of it that is named: say `drained` once its last request has ended. */
  z.strictObject({ type: z.literal('drain'), deploymentId: z.string(), socket: z.string().optional() }),
  z.strictObject({ type: z.literal('ping'), id: z.number() }),
  /** Asks whether that sandbox has answered a request of this gateway's within so many ms; answered by `answered`. */
  z.strictObject({
    type: z.literal('answered'),
    id: z.number(),
    deploymentId: z.string(),
    socket: z.string(),
    withinMs: z.number(),
  }),
])

export type FromEngine = Readonly<z.infer<typeof fromEngine>>

/**
 * Upper bounds of the buckets in which durations are counted, in seconds; one more bucket holds what is longer. Each bucket counts what
 * belongs to it alone.
 */
export const durationBoundsSeconds = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
] as const

const durations = {
  count: z.int().nonnegative(),
  /** The sum of all of them. */
  seconds: z.number().nonnegative(),
  buckets: z.array(z.int().nonnegative()).length(durationBoundsSeconds.length + 1),
}

/** How many of a kind, and how long they took. */
const durationCounts = z.strictObject(durations)

export type DurationCounts = Readonly<z.infer<typeof durationCounts>>

export const statusClass = z.enum(['1xx', '2xx', '3xx', '4xx', '5xx'])

export type StatusClass = z.infer<typeof statusClass>

/** An answer that is not older than this, in ms, says of a micro with that execution time that it is not stuck. */
export function answersWithinMs(timeoutMs: number): number {
  return timeoutMs / 2
}

export const fromGateway = z.discriminatedUnion('type', [
  /** Asks for a lease; answered by `awake` or `unavailable`. The first waiting request may have been sent to a known socket already. */
  z.strictObject({ type: z.literal('wake'), deploymentId: z.string() }),
  /** Gives the lease back: no request, socket or stream for the idle time. */
  z.strictObject({ type: z.literal('idle'), deploymentId: z.string() }),
  /** Answers `snapshot`: the leases that this gateway goes on having. */
  z.strictObject({ type: z.literal('holds'), deploymentIds: z.array(z.string()) }),
  /** Requests and streams in hand, of a micro that may have several sandboxes. */
  z.strictObject({ type: z.literal('load'), deploymentId: z.string(), requests: z.int().nonnegative() }),
  z.strictObject({ type: z.literal('drained'), deploymentId: z.string(), socket: z.string().optional() }),
  /**
   * An answer did not come in time, or the connection broke: the engine looks whether the sandbox is well. `late` is an answer that did
   * not come in time while others of this gateway's did: that one is slow, and not stuck. Of other gateways' it knows nothing.
   */
  z.strictObject({
    type: z.literal('suspect'),
    deploymentId: z.string(),
    socket: z.string(),
    reason: z.enum(['timeout', 'late', 'broken']),
  }),
  /** What came to pass since the last one; `waiting` and `connections` are as they stand. */
  z.strictObject({
    type: z.literal('counts'),
    requests: z.array(z.strictObject({ status: statusClass, ...durations })).max(statusClass.options.length),
    /** How long requests waited for a wake. */
    waits: durationCounts,
    /** Requests that were turned away because too many waited. */
    refused: z.int().nonnegative(),
    waiting: z.int().nonnegative(),
    connections: z.int().nonnegative(),
  }),
  z.strictObject({ type: z.literal('pong'), id: z.number() }),
  z.strictObject({ type: z.literal('answered'), id: z.number(), lately: z.boolean() }),
])

export type FromGateway = Readonly<z.infer<typeof fromGateway>>
