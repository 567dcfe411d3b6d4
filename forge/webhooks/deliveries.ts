import { delay, type Faults } from '../faults/faults.ts'
import type { Database } from '../state/database.ts'
import {
  addDelivery,
  deliveryById,
  recordResult,
  removeDelivery,
  repeatDelivery,
  waitingDeliveries,
  type Delivery,
  type DeliveryResult,
} from '../state/deliveries.ts'
import type { Installation } from '../state/installations.ts'
import { createHeld } from './held.ts'
import { post, type Hook } from './post.ts'
import { isSubscribed, type Subscriber } from './subscription.ts'

/** GitHub sends no larger events: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap */
const LONGEST_PAYLOAD_BYTES = 25 * 1024 * 1024

/** How long deliveries that chance holds back wait for others, unless the order says. */
const LONGEST_HOLD_MS = 1000

interface Event {
  readonly name: string
  readonly action?: string
  /** Absent for what concerns the App alone. */
  readonly installation?: Installation
  /** Absent for what concerns no repository. */
  readonly repositoryId?: number
  readonly payload: unknown
}

/** The App's webhook: events are stored first and sent then, once each; sending again is the App's wish, as on GitHub. */
export interface Deliveries {
  /** Stores an event; undefined when the App is not subscribed to it or it is too large to be sent. */
  store(event: Event): number | undefined
  /** Sends what was stored. Undefined when a fault made it disappear. */
  send(id: number): Promise<DeliveryResult | undefined>
  /** Sends an event again, with its GUID, in the background. */
  repeat(delivery: Delivery): void
  /** Sends in the background what was stored before a crash and never sent. */
  resume(): void
  /** Waits for all sending to end. */
  close(): Promise<void>
}

interface Parts {
  readonly database: Database
  readonly faults: Faults
  readonly hook: Hook
  /** What the App asked for. */
  readonly grant: Subscriber
}

export function createDeliveries({ database, faults, hook, grant }: Parts): Deliveries {
  const underway = new Set<Promise<unknown>>()
  const held = createHeld()
  faults.onClear(() => void held.release())

  const attempt = async (delivery: Delivery): Promise<DeliveryResult> => {
    const result = await post(delivery, hook)
    // Cut by our own end: it keeps waiting, and is sent after the next start.
    if (result.status === 'OK' || !hook.stopping.aborted) recordResult(database, delivery.id, result)
    return result
  }

  const send = async (id: number): Promise<DeliveryResult | undefined> => {
    const delivery = deliveryById(database, id)
    if (delivery === undefined) return undefined
    const taken = faults.takeDelivery(delivery)
    const fault = taken?.order
    switch (fault?.action) {
      case 'lose':
        removeDelivery(database, id)
        return undefined
      case 'drop': {
        const response = { headers: {}, payload: '' }
        recordResult(database, id, {
          deliveredAtMs: hook.clock(),
          durationMs: 0,
          status: 'failed to connect to host',
          statusCode: 0,
          response,
        })
        return undefined
      }
      case 'delay':
        await delay(fault.delayMs)
        return attempt(delivery)
      case 'duplicate': {
        const twin = deliveryById(database, repeatDelivery(database, delivery, hook.clock()))
        const later = async () => {
          await delay(fault.delayMs)
          return twin === undefined ? undefined : attempt(twin)
        }
        const [result] = await Promise.all([attempt(delivery), later()])
        return result
      }
      case 'reorder': {
        const { promise, resolve } = Promise.withResolvers<DeliveryResult>()
        held.hold(async () => {
          resolve(await attempt(delivery))
        })
        const full = fault.probability !== undefined && held.size() >= fault.window
        if (taken?.last === true || full) await held.release()
        else if (fault.delayMs > 0 || fault.probability !== undefined)
          held.releaseAfter(fault.delayMs || LONGEST_HOLD_MS)
        return promise
      }
      case undefined:
        return attempt(delivery)
    }
  }

  const track = <Result>(promise: Promise<Result>): Promise<Result> => {
    underway.add(promise)
    void promise.finally(() => underway.delete(promise)).catch(() => undefined)
    return promise
  }

  const background = (id: number) => {
    // A result is recorded either way; what can fail here is only the database, when the forge ends.
    track(send(id)).catch(() => undefined)
  }

  return {
    store({ name, action, installation, repositoryId, payload }) {
      const text = JSON.stringify(payload)
      const to = { events: grant.events, permissions: installation?.permissions ?? grant.permissions }
      const event = { name, ...(action === undefined ? {} : { action }) }
      if (!isSubscribed(event, to) || Buffer.byteLength(text) > LONGEST_PAYLOAD_BYTES) return undefined
      return addDelivery(database, {
        event: name,
        action: action ?? null,
        installationId: installation?.id ?? 0,
        repositoryId: repositoryId ?? 0,
        payload: text,
        createdAtMs: hook.clock(),
      })
    },
    send: (id) => track(send(id)),
    repeat: (delivery) => {
      background(repeatDelivery(database, delivery, hook.clock()))
    },
    resume: () => {
      for (const { id } of waitingDeliveries(database)) background(id)
    },
    async close() {
      await held.release()
      await Promise.allSettled(underway)
    },
  }
}
