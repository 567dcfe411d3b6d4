import { z } from 'zod'
import { microEnd } from '../../contract/end-reason.ts'

/**
 * What engine and gateway say to each other: one JSON object a line over the unix socket `settings.sockets.gateway`, the engine
 * being the server. The gateway alone counts requests, so it alone decides when a micro may sleep; both sides handle lines
 * in order, so a `wake` sent after an `idle` is answered after the freeze.
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
})

export type Route = Readonly<z.infer<typeof route>>

export const fromEngine = z.discriminatedUnion('type', [
  /** The whole table, and which sandboxes run and may be dialled at once; sent first on every connection. */
  z.strictObject({
    type: z.literal('snapshot'),
    routes: z.array(route),
    awake: z.array(z.strictObject({ deploymentId: z.string(), socket: z.string() })),
  }),
  z.strictObject({ type: z.literal('route'), route }),
  z.strictObject({ type: z.literal('unroute'), host: z.string() }),
  /** Answers `wake`, and announces a sandbox that was started for a deploy. */
  z.strictObject({ type: z.literal('awake'), deploymentId: z.string(), socket: z.string() }),
  /** Answers `wake` when the micro cannot be had: 503 with Retry-After. `message` is fit for strangers' eyes. */
  z.strictObject({
    type: z.literal('unavailable'),
    deploymentId: z.string(),
    message: z.string(),
    retryAfterSeconds: z.number(),
  }),
  /** Its sandbox is no more: running requests get 502, the next one asks for a wake. `reason` is `describeEnd(end)`, fit for strangers' eyes. */
  z.strictObject({
    type: z.literal('gone'),
    deploymentId: z.string(),
    reason: z.string(),
    end: microEnd.optional(),
  }),
  /** No route leads to it any more, or to the one sandbox of it that is named: say `drained` once its last request has ended. */
  z.strictObject({ type: z.literal('drain'), deploymentId: z.string(), socket: z.string().optional() }),
  z.strictObject({ type: z.literal('ping'), id: z.number() }),
])

export type FromEngine = Readonly<z.infer<typeof fromEngine>>

export const fromGateway = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('wake'), deploymentId: z.string() }),
  /** No request, socket or stream for the idle time: the gateway will ask for a wake before it dials again. `socket` is the sandbox it means: another one may be in its place. */
  z.strictObject({ type: z.literal('idle'), deploymentId: z.string(), socket: z.string().optional() }),
  z.strictObject({ type: z.literal('drained'), deploymentId: z.string(), socket: z.string().optional() }),
  /**
   * An answer did not come in time, or the connection broke: the engine looks whether the sandbox is well. `late` is an answer that did
   * not come in time while others did: that one is slow, and not stuck.
   */
  z.strictObject({
    type: z.literal('suspect'),
    deploymentId: z.string(),
    reason: z.enum(['timeout', 'late', 'broken']),
  }),
  z.strictObject({ type: z.literal('pong'), id: z.number() }),
])

export type FromGateway = Readonly<z.infer<typeof fromGateway>>
