import { incidentKinds, type IncidentKind } from '../end-reason.ts'
import type { Store } from './connect.ts'

/** As long as the logs that tell of them. */
const TTL_SECONDS = 30 * 24 * 3600

interface Incident {
  readonly microKey: string
  readonly kind: IncidentKind
  readonly atMs: number
}

export interface IncidentCount {
  readonly kind: IncidentKind
  readonly count: number
  readonly lastAtMs: number
}

/** Counts what happened to a micro; the counts go when nothing has happened for 30 days. */
export async function countIncident({ redis, keys }: Store, { microKey, kind, atMs }: Incident): Promise<void> {
  const key = keys.incidents(microKey)
  await redis.multi().hincrby(key, kind, 1).hset(key, `${kind}:at`, atMs).expire(key, TTL_SECONDS).exec()
}

/** What has happened to a micro, the latest first. */
export async function readIncidents({ redis, keys }: Store, microKey: string): Promise<IncidentCount[]> {
  const found = await redis.hgetall(keys.incidents(microKey))
  return incidentKinds
    .map((kind) => ({ kind, count: Number(found[kind] ?? 0), lastAtMs: Number(found[`${kind}:at`] ?? 0) }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.lastAtMs - a.lastAtMs)
}
