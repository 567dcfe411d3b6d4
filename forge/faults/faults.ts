import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from './random.ts'
import type { DeliveryFault, FaultScript, RequestFault } from './script.ts'

const MOST_DONE = 10_000

/** Something that was done to an event or a request. */
type Done =
  | {
      readonly kind: 'delivery'
      readonly action: DeliveryFault['action']
      readonly event: string
      readonly guid: string
    }
  | { readonly kind: 'request'; readonly fault: string; readonly method: string; readonly path: string }

interface Taken<Order> {
  readonly order: Order
  /** The last that this order has for anything. */
  readonly last: boolean
}

/** The orders to misbehave that are still open. They are kept in memory only: a restart is a way to be rid of them. */
export interface Faults {
  add(script: FaultScript): void
  /** Forgets the orders; what was done stays listed. */
  clear(): void
  list(): FaultScript
  /** The order for this event, used up by one; the oldest that matches and that chance is for. */
  takeDelivery(of: { readonly event: string; readonly guid: string }): Taken<DeliveryFault> | undefined
  takeRequest(request: { readonly method: string; readonly path: string }): RequestFault | undefined
  /** The last ten thousand, oldest first. */
  done(): readonly Done[]
  forgetDone(): void
  /** Calls back when the orders were cleared, until the returned function is called. */
  onClear(listener: () => void): void
}

interface Open<Order> {
  readonly order: Order
  readonly random: () => number
  left: number
}

export function createFaults(): Faults {
  let deliveries: Open<DeliveryFault>[] = []
  let requests: Open<RequestFault>[] = []
  let done: Done[] = []
  const listeners: (() => void)[] = []
  const note = (what: Done) => {
    done.push(what)
    if (done.length > MOST_DONE) done = done.slice(-MOST_DONE / 2)
  }
  return {
    add(script) {
      deliveries = [...deliveries, ...script.deliveries.map(open)]
      requests = [...requests, ...script.requests.map(open)]
    },
    clear() {
      deliveries = []
      requests = []
      for (const listener of listeners) listener()
    },
    list: () => ({
      deliveries: deliveries.map(({ order, left }) => ({ ...order, times: left })),
      requests: requests.map(({ order, left }) => ({ ...order, times: left })),
    }),
    takeDelivery({ event, guid }) {
      const taken = take(deliveries, (order) => order.event === undefined || order.event === event)
      if (taken !== undefined) note({ kind: 'delivery', action: taken.order.action, event, guid })
      return taken
    },
    takeRequest({ method, path }) {
      const matches = (order: RequestFault) =>
        (order.method === undefined || order.method === method) && new RegExp(order.path).test(path)
      const taken = take(requests, matches)?.order
      if (taken !== undefined) note({ kind: 'request', fault: nameOf(taken), method, path })
      return taken
    },
    done: () => done,
    forgetDone() {
      done = []
    },
    onClear(listener) {
      listeners.push(listener)
    },
  }
}

/** Waits as ordered; the order's end. */
export async function delay(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds)
}

function open<Order extends DeliveryFault | RequestFault>(order: Order): Open<Order> {
  const left = order.times ?? (order.probability === undefined ? 1 : Number.MAX_SAFE_INTEGER)
  return { order, left, random: createRandom(order.seed) }
}

/** Every order that matches draws once, so that what one of them does depends on the events that it sees and on nothing else. */
function take<Order extends DeliveryFault | RequestFault>(
  orders: Open<Order>[],
  matches: (order: Order) => boolean,
): Taken<Order> | undefined {
  let first: Open<Order> | undefined
  for (const each of orders) {
    if (matches(each.order) && each.random() < (each.order.probability ?? 1)) first ??= each
  }
  if (first === undefined) return undefined
  first.left -= 1
  if (first.left === 0) orders.splice(orders.indexOf(first), 1)
  return { order: first.order, last: first.left === 0 }
}

function nameOf(fault: RequestFault): string {
  if (fault.hangUp !== undefined) return `hangUp ${fault.hangUp}`
  if (fault.status !== undefined) return String(fault.status)
  if (fault.cutAfterBytes !== undefined) return 'cut'
  return fault.body === undefined ? 'delay' : 'body'
}
