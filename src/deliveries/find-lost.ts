/** A delivery as `GET /app/hook/deliveries` lists it, as far as we read it. */
export interface Delivery {
  readonly id: number
  /** The same for every attempt of one event. */
  readonly guid: string
  readonly delivered_at: string
  readonly status_code: number
  readonly event: string
}

/** An event that failed this often is not asked for again: it is us who cannot read it. */
const MAX_ATTEMPTS = 10
/** After the first attempt it is asked for at once; then after a minute, two, four and so on, since each attempt costs GitHub one more. */
const FIRST_WAIT_MS = 60_000
/** So many are asked for at a time, the oldest first; the others have their turn in the next run. */
const MOST_AT_ONCE = 50

/** The deliveries to ask for again, oldest first: one of each event that we subscribe to and that never reached us. */
export function findLost(
  deliveries: readonly Delivery[],
  options: { readonly nowMs: number; readonly events: readonly string[]; readonly redeliverableMs: number },
): Delivery[] {
  const byGuid = Map.groupBy(deliveries, (delivery) => delivery.guid)
  return [...byGuid.values()]
    .flatMap((attempts) => {
      const [newest] = attempts.toSorted((a, b) => b.id - a.id)
      if (newest === undefined || !options.events.includes(newest.event)) return []
      if (attempts.some(({ status_code }) => status_code >= 200 && status_code < 300)) return []
      if (attempts.length >= MAX_ATTEMPTS) return []
      const ageMs = options.nowMs - Date.parse(newest.delivered_at)
      const waitMs = attempts.length === 1 ? 0 : FIRST_WAIT_MS * 2 ** (attempts.length - 2)
      return ageMs > options.redeliverableMs || ageMs < waitMs ? [] : [newest]
    })
    .toSorted((a, b) => a.id - b.id)
    .slice(0, MOST_AT_ONCE)
}
