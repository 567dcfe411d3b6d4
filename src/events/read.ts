import type { NewEvent } from './accept.ts'

/** A webhook's delivery, its signature checked. */
export interface Delivery {
  readonly deliveryId: string
  readonly payload: unknown
  readonly receivedAtMs: number
}

/** What a delivery asks for, or the reason why it is left alone. */
export type Read = NewEvent | { readonly queue: 'none'; readonly reason: string }

export function ignore(reason: string): Read {
  return { queue: 'none', reason }
}
