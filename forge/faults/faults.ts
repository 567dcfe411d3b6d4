import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'

const times = z.number().int().min(1).max(1_000_000).default(1)
const milliseconds = z.number().int().min(0).max(600_000)
/** Characters of a crafted download: 3 MB as base64, which fits into the 5 MB that a request's body may have. */
const BODY_CHARACTERS = 4 * 1024 * 1024

/**
 * The script of `POST /api/v3/_faults`: each order holds for the next `times` events or requests that match, and is used up then.
 *
 * deliveries: `duplicate` sends each twice · `reorder` holds `times` deliveries and sends them last first · `delay` waits `delayMs`
 * · `drop` records a failed delivery that was never sent · `lose` forgets it, so that not even the list of deliveries has it.
 *
 * requests: `path` is a regular expression over the path after `/api/v3` (downloads are under `/_codeload`). `status` is answered
 * in place of the real answer, with `retryAfter` seconds if given; `delayMs` waits first; `cutAfterBytes` cuts a download; `body`
 * (base64) is served with status 200 in place of a download, for archives that git would not make.
 */
export const faultScript = z.strictObject({
  deliveries: z
    .array(
      z.strictObject({
        action: z.enum(['duplicate', 'reorder', 'delay', 'drop', 'lose']),
        event: z.string().optional(),
        delayMs: milliseconds.default(0),
        times,
      }),
    )
    .default([]),
  requests: z
    .array(
      z.strictObject({
        method: z.string().toUpperCase().optional(),
        path: z.string().max(300).refine(isPattern, 'must be a regular expression').default(''),
        status: z.number().int().min(400).max(599).optional(),
        retryAfter: z.number().int().min(0).optional(),
        delayMs: milliseconds.default(0),
        cutAfterBytes: z.number().int().min(0).optional(),
        body: z.base64().max(BODY_CHARACTERS).optional(),
        times,
      }),
    )
    .default([]),
})

type FaultScript = z.infer<typeof faultScript>
type DeliveryFault = Readonly<FaultScript['deliveries'][number]>
export type RequestFault = Readonly<FaultScript['requests'][number]>

/** The orders to misbehave that are still open. They are kept in memory only: a restart is a way to be rid of them. */
export interface Faults {
  add(script: FaultScript): void
  clear(): void
  list(): FaultScript
  /** The order for this event, used up by one; the oldest that matches. */
  takeDelivery(event: string): DeliveryFault | undefined
  takeRequest(request: { readonly method: string; readonly path: string }): RequestFault | undefined
}

export function createFaults(): Faults {
  let deliveries: FaultScript['deliveries'] = []
  let requests: FaultScript['requests'] = []
  return {
    add(script) {
      deliveries = [...deliveries, ...script.deliveries]
      requests = [...requests, ...script.requests]
    },
    clear() {
      deliveries = []
      requests = []
    },
    list: () => ({ deliveries, requests }),
    takeDelivery: (event) => take(deliveries, (order) => order.event === undefined || order.event === event),
    takeRequest: ({ method, path }) =>
      take(
        requests,
        (order) => (order.method === undefined || order.method === method) && new RegExp(order.path).test(path),
      ),
  }
}

/** Waits as ordered; the order's end. */
export async function delay(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds)
}

function take<Order extends { times: number }>(orders: Order[], matches: (order: Order) => boolean): Order | undefined {
  const at = orders.findIndex(matches)
  const order = orders[at]
  if (order === undefined) return undefined
  const before = { ...order }
  order.times -= 1
  if (order.times === 0) orders.splice(at, 1)
  return before
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}
