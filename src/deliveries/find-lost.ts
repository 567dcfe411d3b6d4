/** A delivery as `GET /app/hook/deliveries` lists it, as far as we read it. */
export interface Delivery {
  readonly id: number
  /** The same for every attempt of one event. */
  readonly guid: string
  readonly delivered_at: string
  readonly status_code: number
  readonly event: string
}

/** github.com can send a delivery again for three days. https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks */
export const REDELIVERABLE_MS = 3 * 24 * 3600_000
/** An event that failed this often is not asked for again: it is us who cannot read it. */
const MAX_ATTEMPTS = 10

/** The deliveries to ask for again, oldest first: one of each event that we subscribe to and that never reached us. */
export function findLost(
  deliveries: readonly Delivery[],
  options: { readonly nowMs: number; readonly events: readonly string[] },
): Delivery[] {
  const byGuid = Map.groupBy(deliveries, (delivery) => delivery.guid)
  return [...byGuid.values()]
    .flatMap((attempts) => {
      const [newest] = attempts.toSorted((a, b) => b.id - a.id)
      if (newest === undefined || !options.events.includes(newest.event)) return []
      if (attempts.some(({ status_code }) => status_code >= 200 && status_code < 300)) return []
      if (attempts.length >= MAX_ATTEMPTS) return []
      return options.nowMs - Date.parse(newest.delivered_at) > REDELIVERABLE_MS ? [] : [newest]
    })
    .toSorted((a, b) => a.id - b.id)
}
