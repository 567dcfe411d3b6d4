interface Sighting {
  readonly event: string
  readonly guid: string
  /** What it was answered with. */
  readonly status: number
  readonly atMs: number
}

/** Which deliveries came since the bot was started, for the page that waits for the first one. */
export interface Sightings {
  /** A delivery with a good signature was answered. */
  answered(delivery: Omit<Sighting, 'atMs'>): void
  /** Something came whose signature fitted no secret. */
  refused(): void
  /** The newest first. */
  list(): readonly Sighting[]
  refusedAtMs(): number | undefined
}

const KEPT = 20

export function createSightings(now: () => number): Sightings {
  const seen: Sighting[] = []
  let refusedAtMs: number | undefined
  return {
    answered(delivery) {
      seen.unshift({ ...delivery, atMs: now() })
      seen.length = Math.min(seen.length, KEPT)
    },
    refused() {
      refusedAtMs = now()
    },
    list: () => seen,
    refusedAtMs: () => refusedAtMs,
  }
}
