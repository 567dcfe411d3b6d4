import type { NewEvent } from './accept.ts'

/** A webhook's delivery, its signature checked. */
export interface Delivery {
  readonly deliveryId: string
  readonly payload: unknown
  readonly receivedAtMs: number
}

/** What a delivery asks for, or the reason why it is left alone. */
export type Read = NewEvent | Ignored

interface Ignored {
  readonly queue: 'none'
  readonly reason: string
  /** Nobody asks anything by it, and there are many of them: not worth a note for people. */
  readonly isNoise?: true
}

export function ignore(reason: string): Read {
  return { queue: 'none', reason }
}

/** Leaves alone what nobody would ask about. */
export function overlook(reason: string): Read {
  return { queue: 'none', reason, isNoise: true }
}
